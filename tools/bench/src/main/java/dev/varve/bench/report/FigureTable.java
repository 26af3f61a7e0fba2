package dev.varve.bench.report;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;

/** Figures beside their baselines and targets, as text and as JSON. */
public final class FigureTable {
  private FigureTable() {}

  /** A row for each figure. */
  public static String text(List<Figure> figures) {
    TextTable table =
        new TextTable(
            "bench", "figure", "unit", "varve", "baseline", "ratio", "target", "baseline is");
    for (Figure figure : figures) {
      table.row(
          figure.group(),
          figure.what(),
          figure.unit(),
          number(figure.value()),
          number(figure.baselineValue()),
          number(figure.ratio()),
          target(figure),
          figure.baseline());
    }
    return table.render();
  }

  private static String target(Figure figure) {
    Figure.Target target = figure.target();
    if (target.bound().isEmpty()) {
      return "-";
    }
    double bound = target.bound().getAsDouble();
    String number =
        bound == Math.rint(bound)
            ? String.format(Locale.ROOT, "%,.0f", bound)
            : new BigDecimal(Double.toString(bound)).stripTrailingZeros().toPlainString();
    String what = (target.ofRatio() ? "ratio " : "") + (target.atMost() ? "<= " : ">= ") + number;
    return what + (figure.met() ? " met" : " MISSED");
  }

  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    return String.format(Locale.ROOT, value >= 1000 ? "%,.0f" : "%.2f", value);
  }

  /** Writes the machine's members and the array {@code figures} into an object that is open. */
  public static void json(JsonGenerator json, Machine machine, String fileSystem, List<Figure> all)
      throws IOException {
    json.writeObjectFieldStart("machine");
    json.writeNumberField("processors", machine.processors());
    json.writeStringField("processor", machine.processor());
    json.writeStringField("os", machine.os());
    json.writeStringField("java", machine.java());
    json.writeStringField("file_system", fileSystem);
    json.writeEndObject();
    json.writeArrayFieldStart("figures");
    for (Figure figure : all) {
      figure(json, figure);
    }
    json.writeEndArray();
  }

  private static void figure(JsonGenerator json, Figure figure) throws IOException {
    json.writeStartObject();
    json.writeStringField("bench", figure.group());
    json.writeStringField("figure", figure.what());
    json.writeStringField("unit", figure.unit());
    json.writeNumberField("value", figure.value());
    json.writeStringField("baseline", figure.baseline());
    json.writeNumberField("baseline_value", figure.baselineValue());
    json.writeNumberField("ratio", figure.ratio());
    if (figure.target().bound().isPresent()) {
      json.writeNumberField("target", figure.target().bound().getAsDouble());
      json.writeBooleanField("target_is_upper", figure.target().atMost());
      json.writeBooleanField("target_is_of_ratio", figure.target().ofRatio());
      json.writeBooleanField("met", figure.met());
    }
    json.writeEndObject();
  }
}

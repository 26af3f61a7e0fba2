package dev.varve.bench.engine;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.varve.bench.report.Machine;
import dev.varve.bench.report.TextTable;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;

/** All figures of a run with the machine they were measured on. */
record Report(Machine machine, String fileSystem, int txs, int txBytes, int blocks) {

  String table(List<Figure> figures) {
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
    return String.format(
        Locale.ROOT,
        "%s, files on %s%n%,d transactions of %d bytes a block, %d measured blocks a case%n%n%s",
        machine.line(),
        fileSystem,
        txs(),
        txBytes(),
        blocks(),
        table.render());
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
            : String.format(Locale.ROOT, "%.1f", bound);
    String what = (target.ofRatio() ? "ratio " : "") + (target.atMost() ? "<= " : ">= ") + number;
    return what + (figure.met() ? " met" : " MISSED");
  }

  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    return String.format(Locale.ROOT, value >= 1000 ? "%,.0f" : "%.2f", value);
  }

  String json(List<Figure> figures) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeObjectFieldStart("machine");
      json.writeNumberField("processors", machine.processors());
      json.writeStringField("processor", machine.processor());
      json.writeStringField("os", machine.os());
      json.writeStringField("java", machine.java());
      json.writeStringField("file_system", fileSystem);
      json.writeEndObject();
      json.writeNumberField("txs", txs());
      json.writeNumberField("tx_bytes", txBytes());
      json.writeNumberField("blocks", blocks());
      json.writeArrayFieldStart("figures");
      for (Figure figure : figures) {
        figure(json, figure);
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a string cannot be written to", e);
    }
    return text.append('\n').toString();
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

package dev.varve.bench.engine;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.varve.bench.report.Figure;
import dev.varve.bench.report.FigureTable;
import dev.varve.bench.report.Machine;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;

/** All figures of a run with the machine they were measured on. */
record Report(Machine machine, String fileSystem, int txs, int txBytes, int blocks) {

  String table(List<Figure> figures) {
    return String.format(
        Locale.ROOT,
        "%s, files on %s%n%,d transactions of %d bytes a block, %d measured blocks a case%n%n%s",
        machine.line(),
        fileSystem,
        txs(),
        txBytes(),
        blocks(),
        FigureTable.text(figures));
  }

  String json(List<Figure> figures) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeNumberField("txs", txs());
      json.writeNumberField("tx_bytes", txBytes());
      json.writeNumberField("blocks", blocks());
      FigureTable.json(json, machine, fileSystem, figures);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a string cannot be written to", e);
    }
    return text.append('\n').toString();
  }
}

package dev.varve.bench.abci;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/** The same figures for programs: one object, every round on its own. */
record JsonReport(Report report) {

  String single(List<RunFigures> runs) {
    return write(
        json -> {
          json.writeArrayFieldStart("runs");
          for (RunFigures run : runs) {
            run(json, run);
          }
          json.writeEndArray();
        });
  }

  String comparison(AbciBench.Comparison comparison, List<ComparedSize> sizes) {
    return write(
        json -> {
          json.writeStringField("base", comparison.base().name());
          json.writeStringField("other", comparison.other().name());
          json.writeArrayFieldStart("sizes");
          for (ComparedSize size : sizes) {
            json.writeStartObject();
            json.writeNumberField("block_size", size.blockSize());
            json.writeNumberField(
                "finalize_commit_ratio",
                size.ratio(run -> run.call(Call.FINALIZE_AND_COMMIT).txPerSecond()));
            runs(json, "base_rounds", size.base());
            runs(json, "other_rounds", size.other());
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  private String write(Body body) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeObjectFieldStart("machine");
      json.writeNumberField("processors", report.machine().processors());
      json.writeStringField("processor", report.machine().processor());
      json.writeStringField("os", report.machine().os());
      json.writeStringField("java", report.machine().java());
      json.writeEndObject();
      json.writeNumberField("tx_bytes", report.load().txBytes());
      json.writeNumberField("keys", report.load().keys());
      json.writeNumberField("check_tx_batch", report.load().checkTxBatch());
      body.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a string cannot be written to", e);
    }
    return text.append('\n').toString();
  }

  private static void runs(JsonGenerator json, String name, List<RunFigures> runs)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (RunFigures run : runs) {
      run(json, run);
    }
    json.writeEndArray();
  }

  private static void run(JsonGenerator json, RunFigures run) throws IOException {
    json.writeStartObject();
    json.writeNumberField("block_size", run.blockSize());
    json.writeNumberField("warmup_blocks", run.warmupBlocks());
    json.writeNumberField("blocks", run.blocks());
    json.writeNumberField("first_blocks_tx_per_second", run.firstTxPerSecond());
    json.writeNumberField("whole_tx_per_second", run.wholeTxPerSecond());
    if (run.forcesPerBlock().isPresent()) {
      json.writeNumberField("forces_per_block", run.forcesPerBlock().getAsDouble());
    }
    json.writeObjectFieldStart("calls");
    for (CallFigures call : run.calls().values()) {
      json.writeObjectFieldStart(call.call().name().toLowerCase(java.util.Locale.ROOT));
      json.writeNumberField("tx_per_second", call.txPerSecond());
      json.writeNumberField("p50_ms", call.p50Ms());
      json.writeNumberField("p99_ms", call.p99Ms());
      json.writeEndObject();
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  @FunctionalInterface
  private interface Body {
    void write(JsonGenerator json) throws IOException;
  }
}

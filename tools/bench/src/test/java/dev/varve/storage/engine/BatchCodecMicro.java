package dev.varve.storage.engine;

import dev.varve.bench.engine.MicroBlocks;
import dev.varve.fallback.LogEntry;
import dev.varve.storage.BlockBatch;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A block as one log entry; baseline: a copy of as many bytes. In its package: it is internal. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class BatchCodecMicro {
  private final BlockBatch block = MicroBlocks.block(1, 5_000);
  private final BatchCodec codec = new BatchCodec();
  private final byte[] payload = payload(codec.encode(block));

  private static byte[] payload(LogEntry entry) {
    return Arrays.copyOf(entry.payload(), entry.length());
  }

  @Benchmark
  public int encode() {
    return codec.encode(block).length();
  }

  @Benchmark
  public BlockBatch decode() {
    return BatchDecoder.decode(payload);
  }

  @Benchmark
  public byte[] copyBaseline() {
    return payload.clone();
  }
}

package dev.varve.bench.micro;

import dev.varve.fallback.Durability;
import dev.varve.fallback.FallbackLog;
import dev.varve.fallback.LogConfig;
import dev.varve.fallback.LogEntry;
import dev.varve.fallback.io.FileTrees;
import dev.varve.fallback.io.RealFileIo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One entry appended and forced; baseline: a plain file, written and forced. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class LogAppendMicro {
  private static final int SEGMENT_BYTES = 32 << 20;
  private static final long CAPACITY_BYTES = 8L << 30;
  private static final int TRIM_EVERY = 64;

  @Param({"4096", "262144"})
  private int bytes;

  private byte[] payload;
  private Path folder;
  private FallbackLog log;
  private FileChannel plain;
  private long sequence;

  @Setup
  public void open() throws IOException {
    payload = new byte[bytes];
    folder = Files.createTempDirectory("varve-jmh");
    log =
        FallbackLog.open(
            new LogConfig(
                folder.resolve("log"), SEGMENT_BYTES, CAPACITY_BYTES, 0, Durability.FORCED),
            new RealFileIo());
    plain =
        FileChannel.open(
            folder.resolve("plain"), StandardOpenOption.CREATE_NEW, StandardOpenOption.APPEND);
  }

  @Benchmark
  public void append() {
    log.append(LogEntry.of(++sequence, payload));
    if (sequence % TRIM_EVERY == 0) {
      log.drainTo(sequence);
      log.trimTo(sequence);
    }
  }

  @Benchmark
  public void plainFileBaseline() throws IOException {
    ByteBuffer source = ByteBuffer.wrap(payload);
    while (source.hasRemaining()) {
      plain.write(source);
    }
    plain.force(false);
  }

  @TearDown
  public void close() throws IOException {
    log.close();
    plain.close();
    FileTrees.delete(folder);
  }
}

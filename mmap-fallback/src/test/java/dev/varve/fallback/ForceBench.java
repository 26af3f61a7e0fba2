package dev.varve.fallback;

import dev.varve.fallback.io.RealFileIo;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * Ways of forcing a preallocated file, and the log itself: medians over alternating rounds. Run by
 * hand: main class, one argument, a folder on the disk to measure.
 */
final class ForceBench {
  private static final int FILE_BYTES = 64 << 20;
  private static final int ROUNDS = 5;

  /** Writes bytes at an offset and makes them durable. */
  @FunctionalInterface
  private interface Way {
    void write(int at, byte[] bytes) throws IOException;
  }

  private final Path folder;
  private final PrintStream out;
  private final byte[] source = new byte[2 << 20];

  private ForceBench(Path folder, PrintStream out) {
    this.folder = folder;
    this.out = out;
    new Random(1).nextBytes(source);
  }

  @SuppressWarnings("SystemOut")
  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createTempDirectory(Path.of(arguments[0]), "force-bench");
    ForceBench bench = new ForceBench(folder, System.out);
    int[][] shapes = {{250, 1000}, {2500, 1000}, {25_000, 500}, {250_000, 60}, {1_200_000, 30}};
    for (int[] shape : shapes) {
      bench.ways(shape[0], shape[1]);
    }
    bench.log(250_000, 3000, 60);
    bench.log(1_200_000, 15_000, 30);
    bench.find();
  }

  private void ways(int bytes, int calls) throws IOException {
    String[] names = {"map+force(range)", "map+fdatasync", "channel+fdatasync"};
    double[][] micros = new double[names.length][ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      for (int way = 0; way < names.length; way++) {
        micros[way][round] = round(way, bytes, calls);
      }
    }
    for (int way = 0; way < names.length; way++) {
      out.printf(
          Locale.ROOT,
          "%9d bytes %-20s %9.1f us/call, %.2f of map+force(range)%n",
          bytes,
          names[way],
          median(micros[way]),
          median(micros[way]) / median(micros[0]));
    }
  }

  private double round(int way, int bytes, int calls) throws IOException {
    Path file = folder.resolve("file");
    zeros(file);
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        AsynchronousFileChannel forcing =
            AsynchronousFileChannel.open(file, StandardOpenOption.WRITE)) {
      MappedByteBuffer map = channel.map(FileChannel.MapMode.READ_WRITE, 0, FILE_BYTES);
      Way[] ways = {
        (at, b) -> {
          map.put(at, b);
          map.force(at, b.length);
        },
        (at, b) -> {
          map.put(at, b);
          forcing.force(false);
        },
        (at, b) -> {
          channel.write(ByteBuffer.wrap(b), at);
          channel.force(false);
        }
      };
      int fitting = Math.min(calls, FILE_BYTES / bytes);
      byte[] payload = Arrays.copyOf(source, bytes);
      long start = System.nanoTime();
      for (int i = 0; i < fitting; i++) {
        ways[way].write(i * bytes, payload);
      }
      return (System.nanoTime() - start) / 1e3 / fitting;
    }
  }

  private static void zeros(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (int at = 0; at < FILE_BYTES; at += 1 << 20) {
        channel.write(ByteBuffer.allocate(1 << 20));
      }
      channel.force(true);
    }
  }

  /** Appends of a block's size, with its keys: forced beside volatile. */
  private void log(int bytes, int pairs, int calls) throws IOException {
    KeyIndex keys = new KeyIndex(pairs);
    Random random = new Random(2);
    for (int i = 0; i < pairs; i++) {
      keys.add(random.nextLong(), random.nextInt(bytes));
    }
    for (Durability durability : Durability.values()) {
      double[] micros = new double[ROUNDS];
      for (int round = 0; round < ROUNDS; round++) {
        Path at = folder.resolve("log-" + durability + bytes + "-" + round);
        LogConfig config = new LogConfig(at, FILE_BYTES, 2L << 30, 0, durability);
        try (FallbackLog log = FallbackLog.open(config, new RealFileIo())) {
          log.awaitIdle();
          long start = System.nanoTime();
          for (int i = 1; i <= calls; i++) {
            log.append(new LogEntry(i, source, 0, bytes, keys));
          }
          micros[round] = (System.nanoTime() - start) / 1e3 / calls;
        }
      }
      out.printf(
          Locale.ROOT,
          "log, %d bytes, %d keys, %s: %.0f us%n",
          bytes,
          pairs,
          durability,
          median(micros));
    }
  }

  /** Finds and point reads over 20 sealed segments of 16 MB with 3,000 keys an entry. */
  private void find() {
    Path at = folder.resolve("find");
    LogConfig config = new LogConfig(at, 16 << 20, 1L << 30, 0, Durability.VOLATILE);
    Random random = new Random(3);
    long[] hashes = new long[100_000];
    try (FallbackLog log = FallbackLog.open(config, new RealFileIo())) {
      int entries = 0;
      while (log.stats().segments() < 20) {
        KeyIndex keys = new KeyIndex(3000);
        for (int i = 0; i < 3000; i++) {
          long hash = random.nextLong();
          hashes[random.nextInt(hashes.length)] = hash;
          keys.add(hash, i * 80);
        }
        log.append(new LogEntry(++entries, source, 0, 250_000, keys));
      }
      log.awaitIdle();
      double[] micros = new double[ROUNDS];
      for (int round = 0; round < ROUNDS; round++) {
        long start = System.nanoTime();
        for (long hash : hashes) {
          log.find(hash, (sequence, offset) -> log.read(sequence, offset, 250).isEmpty());
        }
        micros[round] = (System.nanoTime() - start) / 1e3 / hashes.length;
      }
      out.printf(
          Locale.ROOT,
          "find and read of 250 bytes, %d entries in %d segments: %.2f us%n",
          entries,
          log.stats().segments(),
          median(micros));
    }
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}

package dev.varve.bench.apphash;

import java.util.Arrays;
import java.util.List;

/**
 * What to measure.
 *
 * @param keys sizes of the state, each at least the largest block
 * @param blocks writes a block
 * @param rounds rounds, of which the median counts
 * @param writes writes a round and case
 * @param valueBytes bytes a value, 8 to 65,000
 * @param baseline whether to measure the sparse Merkle tree too
 * @param json whether to print JSON instead of a table
 */
public record Options(
    List<Integer> keys,
    List<Integer> blocks,
    int rounds,
    int writes,
    int valueBytes,
    boolean baseline,
    boolean json) {

  /** The sizes that Varve's target names. */
  public static final Options DEFAULT =
      new Options(List.of(100_000, 5_000_000), List.of(1_000, 5_000), 9, 50_000, 128, true, false);

  public Options {
    for (int block : blocks) {
      for (int size : keys) {
        if (block < 1 || size < block) {
          throw new IllegalArgumentException(
              "block of " + block + " writes: allowed is 1 to the number of keys, " + size);
        }
      }
    }
    if (rounds < 1 || writes < 1) {
      throw new IllegalArgumentException(
          "rounds " + rounds + ", writes " + writes + ": both must be at least 1");
    }
    if (valueBytes < 8 || valueBytes > 65_000) {
      throw new IllegalArgumentException("value of " + valueBytes + " bytes: allowed 8 to 65000");
    }
  }

  static Options parse(String[] args) {
    Options options = DEFAULT;
    for (int i = 0; i < args.length; i++) {
      if (args[i].equals("--json")) {
        options = options.withJson();
        continue;
      }
      if (args[i].equals("--no-baseline")) {
        options = options.withoutBaseline();
        continue;
      }
      if (i + 1 == args.length) {
        throw new IllegalArgumentException("option " + args[i] + " needs a value");
      }
      options = options.with(args[i], args[++i]);
    }
    return options;
  }

  private Options with(String name, String value) {
    return switch (name) {
      case "--keys" ->
          new Options(numbers(value), blocks, rounds, writes, valueBytes, baseline, json);
      case "--blocks" ->
          new Options(keys, numbers(value), rounds, writes, valueBytes, baseline, json);
      case "--rounds" ->
          new Options(keys, blocks, Integer.parseInt(value), writes, valueBytes, baseline, json);
      case "--writes" ->
          new Options(keys, blocks, rounds, Integer.parseInt(value), valueBytes, baseline, json);
      case "--value" ->
          new Options(keys, blocks, rounds, writes, Integer.parseInt(value), baseline, json);
      default ->
          throw new IllegalArgumentException(
              "option "
                  + name
                  + ": allowed are --keys, --blocks, --rounds, --writes, --value,"
                  + " --no-baseline, --json");
    };
  }

  private Options withJson() {
    return new Options(keys, blocks, rounds, writes, valueBytes, baseline, true);
  }

  private Options withoutBaseline() {
    return new Options(keys, blocks, rounds, writes, valueBytes, false, json);
  }

  private static List<Integer> numbers(String value) {
    return Arrays.stream(value.split(",", -1)).map(Integer::valueOf).toList();
  }
}

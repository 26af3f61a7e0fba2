package dev.varve.storage.disk.rocksdb;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.fixture.BatchBuilder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Prints what applying a block costs, in time and in processor time of the applying thread (the
 * second holds on a busy machine too); run by hand.
 *
 * <p>Arguments: folder, blocks, transactions a block, state keys (0: a new key for every write),
 * history blocks. New keys are told as such, as the ledger does.
 */
final class RocksDbStoreBench {
  private static final int TX_BYTES = 250;
  private static final int CHUNK = 20;

  private RocksDbStoreBench() {}

  public static void main(String[] args) throws IOException {
    Path folder = Files.createTempDirectory(Path.of(args[0]), "bench");
    int blocks = Integer.parseInt(args[1]);
    int txs = Integer.parseInt(args[2]);
    int keys = Integer.parseInt(args[3]);
    Random random = new Random(1);
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    List<Double> perTx = new ArrayList<>();
    List<Double> cpuPerTx = new ArrayList<>();
    RocksDbConfig config = RocksDbConfig.defaults().withHistoryBlocks(Long.parseLong(args[4]));
    try (RocksDbStore store = RocksDbStore.open(folder, config)) {
      for (int from = 1; from <= blocks; from += CHUNK) {
        List<BlockBatch> batches = new ArrayList<>();
        for (int height = from; height < from + CHUNK; height++) {
          batches.add(block(height, txs, keys, random));
        }
        double worst = 0;
        long total = 0;
        long cpu = threads.getCurrentThreadCpuTime();
        for (BlockBatch batch : batches) {
          long start = System.nanoTime();
          store.apply(List.of(batch));
          long took = System.nanoTime() - start;
          total += took;
          worst = Math.max(worst, took / 1e6);
        }
        perTx.add(total / 1e3 / CHUNK / txs);
        cpuPerTx.add((threads.getCurrentThreadCpuTime() - cpu) / 1e3 / CHUNK / txs);
        System.out.printf(
            "blocks to %d: %.2f us a transaction, of it processor %.2f us, worst block %.1f ms%n",
            from + CHUNK - 1,
            perTx.get(perTx.size() - 1),
            cpuPerTx.get(cpuPerTx.size() - 1),
            worst);
      }
      System.out.printf(
          "after warm-up, median: %.2f us, processor %.2f us; forces %d, disk %d MB%n",
          median(perTx), median(cpuPerTx), store.forces(), store.diskBytes() >> 20);
    }
  }

  private static double median(List<Double> values) {
    double[] warm = values.stream().skip(values.size() / 3).mapToDouble(d -> d).sorted().toArray();
    return warm[warm.length / 2];
  }

  private static BlockBatch block(long height, int txs, int keys, Random random) {
    BatchBuilder batch = BatchBuilder.at(height).commitment(BatchBuilder.randomBytes(64, random));
    for (int i = 0; i < txs; i++) {
      ByteString tx = BatchBuilder.randomBytes(TX_BYTES, random);
      batch.tx(tx, 0);
      long key = keys == 0 ? random.nextLong() : random.nextInt(keys);
      ByteString stateKey = ByteString.copyFromUtf8(String.format("skey-%016x", key));
      if (keys == 0) {
        batch.writeFresh(stateKey, tx.substring(27));
      } else {
        batch.write(stateKey, tx.substring(27));
      }
    }
    return batch.build();
  }
}

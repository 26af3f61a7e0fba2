package dev.varve.storage.disk.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.StorageException;
import dev.varve.storage.fixture.BatchBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is really full: a small tmpfs, which only root may mount. Skipped otherwise. */
class RocksDbDiskFullTest {
  @TempDir Path temporary;
  private Path disk;
  private boolean mounted;

  @BeforeEach
  void mount() throws Exception {
    disk = Files.createDirectory(temporary.resolve("disk"));
    mounted = run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk.toString());
    assumeTrue(mounted, "mounting a tmpfs is not permitted here");
  }

  @AfterEach
  void unmount() throws Exception {
    if (mounted) {
      assertThat(run("umount", disk.toString())).isTrue();
    }
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(sink()).start();
    return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
  }

  private static ProcessBuilder.Redirect sink() {
    return ProcessBuilder.Redirect.DISCARD;
  }

  private static BlockBatch batch(long height) {
    return BatchBuilder.random(height, 200, 250, new Random(height)).build();
  }

  @Test
  void shouldKeepWhatWasAcknowledgedAndGoOnOnceThereIsSpace() throws IOException {
    Path ballast = Files.write(disk.resolve("ballast"), new byte[30 << 20]);
    Path folder = disk.resolve("store");
    long last = 0;
    StorageException.DiskFull full = null;
    try (RocksDbStore store = RocksDbStore.open(folder, RocksDbConfig.defaults())) {
      while (full == null) {
        try {
          store.apply(List.of(batch(last + 1)));
          last++;
        } catch (StorageException.DiskFull e) {
          full = e;
        }
      }
      assertThat(store.applied().getHeight()).isEqualTo(last).isPositive();
      requireHeld(store, last);
    }
    Files.delete(ballast);
    try (RocksDbStore store = RocksDbStore.open(folder, RocksDbConfig.defaults())) {
      assertThat(store.applied().getHeight()).isBetween(last, last + 1);
      for (long height = last + 1; height <= last + 5; height++) {
        store.apply(List.of(batch(height)));
      }
      requireHeld(store, last + 5);
    }
  }

  private static void requireHeld(RocksDbStore store, long through) {
    for (long height = 1; height <= through; height++) {
      BlockBatch batch = batch(height);
      assertThat(store.block(height)).contains(batch.block());
      assertThat(store.transactions(height, 0)).isEqualTo(batch.txs().subList(0, 64));
      for (ByteString hash : batch.txHashes()) {
        assertThat(store.locate(hash).orElseThrow().getHeight()).isEqualTo(height);
      }
    }
  }
}

package dev.varve.ledger;

import static dev.varve.ledger.Chain.bytes;
import static dev.varve.ledger.Chain.codes;
import static dev.varve.ledger.Transactions.envelope;
import static dev.varve.ledger.Transactions.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import dev.varve.storage.engine.DiskPolicy;
import dev.varve.storage.engine.EngineConfig;
import dev.varve.storage.engine.TieredEngine;
import dev.varve.storage.fault.FaultyStore;
import dev.varve.storage.fault.FaultyStore.Fault;
import dev.varve.storage.fixture.Logs;
import dev.varve.storage.memory.ChronicleMemoryStore;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ledger over an engine whose disk store takes no blocks. */
class OutageTest {
  private static final int VALID_BLOCKS = 3;

  @TempDir Path folder;
  private FaultyStore disk;

  private StorageEngine open() {
    disk = new FaultyStore(RocksDbStore.open(folder.resolve("store"), RocksDbConfig.defaults()));
    return TieredEngine.open(
        disk,
        Logs.forced(folder.resolve("log")),
        () -> ChronicleMemoryStore.create(ChronicleMemoryStore.MIN_BOUND_BYTES),
        () -> Logs.bridge(folder.resolve("bridge")),
        EngineConfig.of(DiskPolicy.BEHIND));
  }

  @Test
  void shouldForgetExpiredEnvelopesWhileTheStoreIsDown() {
    Chain healthy = new Chain(new InMemoryEngine()).started();
    try (StorageEngine engine = open()) {
      Chain chain = new Chain(engine).started();
      for (long height = 1; height <= 40; height++) {
        disk.set(height > 5 && height <= 30 ? Fault.UNAVAILABLE : Fault.NONE);
        if (height == 20) {
          chain.restart();
        }
        ByteString[] txs = {
          accepted(height), accepted(height - 2), text("key" + height % 7, "value" + height)
        };
        assertThat(codes(chain.block(txs))).isEqualTo(codes(healthy.block(txs)));
        assertThat(chain.appHash()).as("block %d", height).isEqualTo(healthy.appHash());
      }
    }
  }

  private static ByteString accepted(long height) {
    return envelope(Math.max(1, height) + VALID_BLOCKS)
        .put(bytes("e" + height), bytes("v"))
        .build();
  }
}

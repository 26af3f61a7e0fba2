package dev.varve.ledger;

import static dev.varve.ledger.Chain.bytes;
import static dev.varve.ledger.Chain.codes;
import static dev.varve.ledger.Transactions.envelope;
import static dev.varve.ledger.Transactions.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.ResponseQuery;
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
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ledger over an engine whose disk store takes no blocks, or cannot be read either. */
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
        disk.set(height > 5 && height <= 30 ? Fault.TAKES_NOTHING : Fault.NONE);
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

  @Test
  void shouldGoOnAndReadWhatIsLeftWhileTheStoreIsGone() {
    Chain healthy = new Chain(new InMemoryEngine()).started();
    try (StorageEngine engine = open()) {
      Chain chain = new Chain(engine).started();
      for (long height = 1; height <= 30; height++) {
        if (height == 5) {
          // The first block with writes after a start, and envelopes that no block has seen.
          chain.restart();
          disk.set(Fault.UNAVAILABLE);
        }
        ByteString[] txs = {
          accepted(height), accepted(height - 2), text("key" + height % 7, "value" + height)
        };
        assertThat(chain.check(txs[0]).getCode()).isZero();
        assertThat(chain.check(txs[1]).getCode()).isEqualTo(height < 3 ? 0 : 3);
        assertThat(codes(chain.block(txs))).isEqualTo(codes(healthy.block(txs)));
        assertThat(chain.appHash()).as("block %d", height).isEqualTo(healthy.appHash());
      }
      for (long height = 1; height <= 30; height++) {
        requireReadByHash(chain, accepted(height));
        requireReadByHash(chain, text("key" + height % 7, "value" + height));
        assertThat(chain.query("/block/" + height).getCode()).isZero();
      }
      assertThat(chain.value("key2")).isEqualTo("value30");
      // Nobody but the store can say that there is none.
      assertThat(chain.query("", "never", 0).getCode()).isEqualTo(4);
      disk.set(Fault.NONE);
    }
  }

  private static void requireReadByHash(Chain chain, ByteString tx) {
    String hash = HexFormat.of().formatHex(Transactions.hash(tx).toByteArray());
    for (String route : List.of("/tx/", "/result/", "/logs/")) {
      ResponseQuery answer = chain.query(route + hash);
      assertThat(answer.getCode()).as("%s%s: %s", route, hash, answer.getLog()).isZero();
    }
  }

  private static ByteString accepted(long height) {
    return envelope(Math.max(1, height) + VALID_BLOCKS)
        .put(bytes("e" + height), bytes("v"))
        .build();
  }
}

package dev.varve.it.sql;

import static dev.varve.storage.fixture.PendingTasks.accepted;
import static dev.varve.storage.fixture.PendingTasks.failed;
import static dev.varve.storage.fixture.PendingTasks.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import dev.varve.storage.PendingStore;
import dev.varve.storage.PendingStoreContract;
import dev.varve.storage.StorageException;
import dev.varve.storage.pending.SqlPendingConfig;
import dev.varve.storage.pending.SqlPendingStore;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The contract of every pending store, kept by the shared tables in each layout of a cluster. */
@NeedsDatabase
class SqlPendingStoreIT {
  private abstract static class Contract extends PendingStoreContract {
    final SqlFixture fixture;
    final DataSource source;
    private final SqlPendingConfig config =
        SqlPendingConfig.of(UUID.randomUUID().toString(), "chain");

    Contract(Layout layout) {
      fixture = SqlFixture.of(layout);
      source = fixture.uplink();
    }

    @Override
    protected PendingStore open() {
      return SqlPendingStore.open(source, config);
    }

    @Override
    protected PendingStore openBounded(long boundBytes) {
      return SqlPendingStore.open(source, config.withBoundBytes(boundBytes));
    }

    @Override
    protected long leastBoundBytes() {
      return 1 << 20;
    }
  }

  @Nested
  class OnePrimary extends Contract {
    OnePrimary() {
      super(Layout.ONE_PRIMARY);
    }

    @Test
    void shouldRefuseAnotherChain() {
      open().close();
      assertThatThrownBy(
              () ->
                  SqlPendingStore.open(
                      source, SqlPendingConfig.of("another home", "another chain")))
          .isInstanceOf(StorageException.Incompatible.class)
          .hasMessageContaining("the chain chain, this gateway is of another chain");
    }

    @Test
    void shouldRefuseADamagedRow() throws SQLException {
      try (PendingStore store = open()) {
        store.write(List.of(accepted(3), accepted(4), failed(4)));
      }
      for (String damage :
          List.of(
              "accepted_ms = 5", "tx = 'x'", "idempotency_key = 'k'", "ordered = 1 - ordered")) {
        fixture.execute(
            "CREATE TABLE kept AS SELECT * FROM uplink_tasks",
            "UPDATE uplink_tasks SET " + damage + " WHERE id = 3");
        assertThatThrownBy(this::open)
            .isInstanceOf(StorageException.Corruption.class)
            .hasMessageContaining("the row of task 3 in uplink_tasks has a wrong checksum");
        fixture.execute("REPLACE INTO uplink_tasks SELECT * FROM kept", "DROP TABLE kept");
      }
      fixture.execute("UPDATE uplink_tasks SET reason = 'none' WHERE id = 4");
      assertThatThrownBy(this::open).isInstanceOf(StorageException.Corruption.class);
    }

    @Test
    void shouldFindWhatIsHeldByHashAndByKey() {
      try (PendingStore store = open()) {
        store.write(List.of(accepted(3), accepted(4), failed(4)));
        assertThat(store.find(task(3).hash()).tasks()).containsExactly(task(3));
        assertThat(store.find(task(4).hash()).failed()).hasSize(1);
        assertThat(store.findKey(task(3).idempotencyKey()).tasks()).containsExactly(task(3));
        assertThat(store.findKey("another").tasks()).isEmpty();
      }
    }
  }

  @Nested
  class SeveralPrimaries extends Contract {
    SeveralPrimaries() {
      super(Layout.SEVERAL_PRIMARIES);
    }
  }
}

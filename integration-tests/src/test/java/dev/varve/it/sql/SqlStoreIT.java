package dev.varve.it.sql;

import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import dev.varve.storage.DiskStore;
import dev.varve.storage.DiskStoreContract;
import dev.varve.storage.PruningContract;
import dev.varve.storage.RollbackContract;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The contracts of every disk store, kept by the SQL store on each layout of a cluster; those of
 * two groups that the other two layouts have between them only with {@code -Pfull}.
 */
@NeedsDatabase
class SqlStoreIT {
  private abstract static class Contract extends DiskStoreContract {
    private final SqlFixture fixture;

    Contract(Layout layout) {
      fixture = SqlFixture.of(layout);
    }

    @Override
    protected DiskStore open(Path folder) {
      return fixture.open(folder, 10_000, 0);
    }
  }

  private abstract static class History extends RollbackContract {
    private final SqlFixture fixture;

    History(Layout layout) {
      fixture = SqlFixture.of(layout);
    }

    @Override
    protected boolean hasVersionOne() {
      return false;
    }

    @Override
    protected DiskStore open(Path folder, long historyBlocks) {
      return fixture.open(folder, historyBlocks, 0);
    }
  }

  private abstract static class Pruning extends PruningContract {
    private final SqlFixture fixture;

    Pruning(Layout layout) {
      fixture = SqlFixture.of(layout);
    }

    // A row of 10,000 bytes takes a page of 16 KiB, which is free again some time after the row.
    @Override
    protected int rounds() {
      return 25;
    }

    @Override
    protected DiskStore open(Path folder, long historyBlocks, long retainBlocks) {
      return fixture.open(folder, historyBlocks, retainBlocks);
    }
  }

  @Nested
  class OnePrimary extends Contract {
    OnePrimary() {
      super(Layout.ONE_PRIMARY);
    }
  }

  @Nested
  class OnePrimaryHistory extends History {
    OnePrimaryHistory() {
      super(Layout.ONE_PRIMARY);
    }
  }

  @Nested
  class OnePrimaryPruning extends Pruning {
    OnePrimaryPruning() {
      super(Layout.ONE_PRIMARY);
    }
  }

  @Nested
  class TwoGroups extends Contract {
    TwoGroups() {
      super(Layout.TWO_GROUPS);
    }
  }

  @Nested
  @EnabledIfSystemProperty(named = "varve.full", matches = "true")
  class TwoGroupsHistory extends History {
    TwoGroupsHistory() {
      super(Layout.TWO_GROUPS);
    }
  }

  @Nested
  @EnabledIfSystemProperty(named = "varve.full", matches = "true")
  class TwoGroupsPruning extends Pruning {
    TwoGroupsPruning() {
      super(Layout.TWO_GROUPS);
    }
  }

  @Nested
  class SeveralPrimaries extends Contract {
    SeveralPrimaries() {
      super(Layout.SEVERAL_PRIMARIES);
    }
  }

  @Nested
  class SeveralPrimariesHistory extends History {
    SeveralPrimariesHistory() {
      super(Layout.SEVERAL_PRIMARIES);
    }
  }

  @Nested
  class SeveralPrimariesPruning extends Pruning {
    SeveralPrimariesPruning() {
      super(Layout.SEVERAL_PRIMARIES);
    }
  }
}

package dev.varve.storage.disk.rocksdb;

import java.util.ArrayList;
import java.util.List;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksObject;
import org.rocksdb.Statistics;
import org.rocksdb.StatsLevel;
import org.rocksdb.WALRecoveryMode;

/** RocksDB's settings; reasons in the module's ADR on the embedded layout. Owns native objects. */
final class Settings implements AutoCloseable {
  private static final long MIB = 1 << 20;

  private final List<RocksObject> owned = new ArrayList<>();
  final Statistics statistics;
  final DBOptions database;
  final List<ColumnFamilyDescriptor> families = new ArrayList<>();
  final int fewestFamilies;

  /** {@code fewestFamilies}: so many a database has at least, unless it is damaged or new. */
  Settings(RocksDbConfig config, int fewestFamilies) {
    this.fewestFamilies = fewestFamilies;
    statistics = own(new Statistics());
    statistics.setStatsLevel(StatsLevel.EXCEPT_DETAILED_TIMERS);
    database =
        own(new DBOptions())
            .setCreateIfMissing(true)
            .setCreateMissingColumnFamilies(true)
            .setStatistics(statistics)
            .setMaxBackgroundJobs(config.maxBackgroundJobs())
            .setMaxTotalWalSize(config.walBytes())
            .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
            .setAllowConcurrentMemtableWrite(false)
            .setBytesPerSync(MIB)
            .setMaxOpenFiles(512)
            .setStatsDumpPeriodSec(0)
            .setStatsPersistPeriodSec(0)
            .setKeepLogFileNum(4)
            .setMaxLogFileSize(4 * MIB);
    Cache cache = own(new LRUCache(config.blockCacheBytes()));
    BloomFilter filter = own(new BloomFilter(10));
    for (ColumnFamily family : ColumnFamily.values()) {
      families.add(new ColumnFamilyDescriptor(family.nameBytes(), options(family, cache, filter)));
    }
  }

  private ColumnFamilyOptions options(ColumnFamily family, Cache cache, BloomFilter filter) {
    BlockBasedTableConfig table =
        new BlockBasedTableConfig()
            .setBlockCache(cache)
            .setCacheIndexAndFilterBlocks(true)
            .setPinL0FilterAndIndexBlocksInCache(true);
    ColumnFamilyOptions options = own(new ColumnFamilyOptions());
    options.setMaxWriteBufferNumber(4).setCompressionType(CompressionType.NO_COMPRESSION);
    switch (family) {
      case CHAIN -> {
        table.setBlockSize(32 * 1024);
        options.setWriteBufferSize(64 * MIB).setCompressionType(CompressionType.LZ4_COMPRESSION);
      }
      case INDEX, DELETION -> {
        table.setFilterPolicy(filter);
        smallMemtables(options);
      }
      case HISTORY, SEAL -> {
        table.setBlockSize(32 * 1024);
        options.setWriteBufferSize(16 * MIB).setCompressionType(CompressionType.LZ4_COMPRESSION);
      }
      case STATE -> {
        table.setFilterPolicy(filter);
        smallMemtables(options).setCompressionType(CompressionType.LZ4_COMPRESSION);
      }
      case META, COMMITMENT -> options.setWriteBufferSize(16 * MIB);
      default -> throw new IllegalStateException("no settings for " + family);
    }
    return options.setTableFormatConfig(table);
  }

  /**
   * Random keys go into a memory table that stays in the processor's caches; four of them are
   * merged into one file, so that compaction has no more to do.
   */
  private static ColumnFamilyOptions smallMemtables(ColumnFamilyOptions options) {
    return options
        .setWriteBufferSize(4 * MIB)
        .setMinWriteBufferNumberToMerge(4)
        .setMaxWriteBufferNumber(16);
  }

  private <T extends RocksObject> T own(T object) {
    owned.add(object);
    return object;
  }

  @Override
  public void close() {
    for (int i = owned.size() - 1; i >= 0; i--) {
      owned.get(i).close();
    }
  }
}

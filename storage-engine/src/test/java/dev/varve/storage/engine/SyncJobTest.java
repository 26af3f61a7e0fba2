package dev.varve.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.SyncStatus;
import dev.varve.storage.fixture.BatchBuilder;
import dev.varve.storage.record.TxResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class SyncJobTest {
  private static final long SEED = Long.getLong("varve.seed", System.nanoTime());
  private static final int MAX_RUNS = 300;

  @TempDir Path folder;
  private final RecordEncoder encoder = new RecordEncoder();
  private final List<BlockBatch> blocks = new ArrayList<>();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(TierComparison.class);
  private SyncHome home;

  @BeforeEach
  void open() {
    log.start();
    logger.addAppender(log);
    home = new SyncHome(folder, DiskPolicy.THROUGH, SEED).open();
    home.awaitWarm();
  }

  @AfterEach
  void close() {
    home.close();
    logger.detachAppender(log);
  }

  /** What was logged about comparisons. */
  private List<String> told() {
    return List.copyOf(log.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  private void commit(int count, int txs) {
    for (int i = 0; i < count; i++) {
      BlockBatch batch =
          BatchBuilder.random(blocks.size() + 1L, txs, 100, new Random(SEED + i)).build();
      home.engine().commit(batch);
      blocks.add(batch);
      // On a busy machine memory may fall behind and be dropped otherwise.
      home.engine().awaitFilled();
    }
  }

  private void runUntilRepaired(int count) {
    for (int i = 0; i < MAX_RUNS && home.sync().repaired() < count; i++) {
      home.run();
    }
    assertThat(home.sync().repaired()).as("seed %d", SEED).isEqualTo(count);
  }

  @Test
  void shouldReplaceWrongRecordsByDisks() {
    commit(3, 5);
    BlockBatch second = blocks.get(1);
    TxResult wrong = TxResult.newBuilder().setCode(77).build();
    plant(encoder.slice(RecordType.RESULT, 2, 0, List.of(wrong, wrong, wrong, wrong, wrong)));
    plant(encoder.transactions(2, 0, blocks.get(0).txs()));
    plant(encoder.slice(RecordType.LOG, 2, 0, blocks.get(0).logs().subList(0, 3)));
    plant(
        encoder.message(
            RecordType.BLOCK, Keys.chain(2, RecordType.BLOCK, 0), blocks.get(0).block()));
    assertThat(home.engine().result(2, 0)).as("what was planted counts").contains(wrong);

    runUntilRepaired(4);

    String right =
        StoredRecord.checksum(home.memory().peek(SyncHome.key(RecordType.LOG, 2, 0)).orElseThrow());
    assertThat(told())
        .anyMatch(
            line ->
                line.startsWith("LOG record 00000000000000020400000000 differs")
                    && line.contains("on disk " + right));
    assertThat(home.engine().block(2)).contains(second.block());
    for (int i = 0; i < 5; i++) {
      assertThat(home.engine().result(2, i)).contains(second.results().get(i));
      assertThat(home.engine().transaction(2, i)).contains(second.txs().get(i));
      assertThat(home.engine().log(2, i)).contains(second.logs().get(i));
    }
    for (RecordType type :
        List.of(RecordType.BLOCK, RecordType.TRANSACTION, RecordType.RESULT, RecordType.LOG)) {
      assertThat(home.holds(type, 2, 0)).isTrue();
    }
  }

  private void plant(StoredRecord record) {
    home.memory().put(record.key(), record.value());
  }

  @Test
  void shouldReplaceOrRemoveStaleState() {
    ByteString changed = ByteString.copyFromUtf8("schanged");
    ByteString deleted = ByteString.copyFromUtf8("sdeleted");
    home.engine()
        .commit(
            BatchBuilder.at(1)
                .write("schanged", "old")
                .write("sdeleted", "old")
                .tx("a", 0)
                .build());
    home.engine()
        .commit(
            BatchBuilder.at(2).write("schanged", "new").write("sdeleted", null).tx("b", 0).build());
    home.engine().awaitFilled();
    plant(encoder.state(changed, 1, ByteString.copyFromUtf8("old")));
    plant(encoder.state(deleted, 1, ByteString.copyFromUtf8("old")));

    runUntilRepaired(2);

    assertThat(home.engine().state(changed).orElseThrow().getValue().toStringUtf8())
        .isEqualTo("new");
    assertThat(home.engine().state(deleted)).isEmpty();
    assertThat(home.memory().peek(Keys.typed(RecordType.STATE, deleted))).isEmpty();
  }

  @Test
  void shouldReplaceADamagedRecord() {
    commit(3, 5);
    byte[] key = SyncHome.key(RecordType.TRANSACTION, 2, 0);
    byte[] value = home.memory().peek(key).orElseThrow();
    byte[] damaged = value.clone();
    damaged[damaged.length - 1] ^= 1;
    home.memory().put(key, damaged);

    runUntilRepaired(1);

    assertThat(home.memory().peek(key).orElseThrow()).isEqualTo(value);
    assertThat(home.engine().memoryCorruptions()).as("no read met it").isZero();
  }

  @Test
  void shouldTellOfDamageOnDiskAndKeepMemorysCopy() {
    commit(2, 5);
    home.onSyncRead(
        (method, args) -> {
          if (method.equals("results") && (Long) args[0] == 1) {
            throw new StorageException.Corruption("RESULT record of block 1 is damaged", null);
          }
        });
    for (int i = 0; i < MAX_RUNS && home.sync().diskCorruptions() == 0; i++) {
      home.run();
    }
    assertThat(home.sync().diskCorruptions()).isPositive();
    assertThat(told())
        .anyMatch(line -> line.startsWith("Corruption: ") && line.contains("memory is whole"));
    assertThat(home.sync().repaired()).isZero();
    assertThat(home.engine().result(1, 3)).contains(blocks.get(0).results().get(3));
    assertThat(home.holds(RecordType.RESULT, 1, 0)).isTrue();
  }

  @Test
  void shouldTellOfARecordThatDiskLacksUnlessItsBlockWasDeleted() {
    commit(3, 5);
    plant(encoder.slice(RecordType.LOG, 3, 1, blocks.get(0).logs()));
    plant(encoder.slice(RecordType.LOG, 9, 0, blocks.get(0).logs()));
    for (int i = 0; i < 50; i++) {
      home.run();
    }
    assertThat(told())
        .contains(
            "Corruption: disk store: LOG record 00000000000000030400000001 is missing; the copy in"
                + " memory is whole, checksum "
                + StoredRecord.checksum(
                    home.memory().peek(SyncHome.key(RecordType.LOG, 3, 1)).orElseThrow()))
        .noneMatch(line -> line.contains("LOG record 0000000000000009"));
    assertThat(home.sync().repaired()).isZero();
    assertThat(home.holds(RecordType.LOG, 3, 1)).isTrue();
    assertThat(home.holds(RecordType.LOG, 9, 0)).isFalse();
  }

  @Test
  void shouldFindNothingWrongWhileBlocksCome() throws InterruptedException {
    AtomicBoolean done = new AtomicBoolean();
    Thread clock =
        new Thread(
            () -> {
              while (!done.get()) {
                home.run();
              }
            },
            "test-clock");
    clock.start();
    Random random = new Random(SEED);
    for (long height = 1; height <= 400; height++) {
      BatchBuilder batch = BatchBuilder.at(height).tx("t" + height, 0);
      for (int key = 0; key < 20; key++) {
        String value = random.nextInt(4) == 0 ? null : "v" + height;
        batch.write("sk" + random.nextInt(30), value);
      }
      home.engine().commit(batch.build());
      home.engine().state(ByteString.copyFromUtf8("sk" + random.nextInt(30)));
    }
    done.set(true);
    clock.join();
    SyncStatus sync = home.sync();
    assertThat(sync.compared()).isPositive();
    assertThat(sync.repaired()).as("false alarms, seed %d", SEED).isZero();
    assertThat(sync.diskCorruptions()).isZero();
  }

  @Test
  void shouldFillGapsNewestFirst() {
    commit(50, 70);
    List<Long> gaps = List.of(48L, 30L, 12L);
    for (long height : gaps) {
      home.memory().remove(SyncHome.key(RecordType.BLOCK, height, 0));
      home.memory().remove(SyncHome.key(RecordType.TRANSACTION, height, 1));
    }
    List<Long> read = new ArrayList<>();
    home.onSyncRead(
        (method, args) -> {
          if (method.equals("transactions") && !home.holds(RecordType.TRANSACTION, at(args), 1)) {
            read.add(at(args));
          }
        });

    home.run();

    assertThat(read).isEqualTo(gaps);
    gaps.forEach(height -> assertThat(home.holds(height)).isTrue());
    assertThat(home.sync().refilled()).isEqualTo(6);
  }

  private static long at(Object[] args) {
    return (Long) args[0];
  }

  @Test
  void shouldFillAGapInAFullMemoryAndStopBelowWhatIsHeld() {
    while (home.memory().stats().evictions() == 0) {
      commit(20, 200);
    }
    long top = blocks.size();
    long gap = top - 3;
    byte[] key = SyncHome.key(RecordType.RESULT, gap, 1);
    home.memory().remove(key);
    List<Long> read = new ArrayList<>();
    home.onSyncRead(
        (method, args) -> {
          if (method.equals("block")) {
            read.add(at(args));
          }
        });

    home.run();

    assertThat(home.memory().peek(key)).isPresent();
    assertThat(home.sync().refilled()).isPositive();
    assertThat(read).as("blocks below the oldest that is held").isNotEmpty();
    assertThat(home.holds(RecordType.BLOCK, 1, 0)).isFalse();
    long before = home.memory().stats().evictions();
    for (int i = 0; i < 20; i++) {
      home.run();
    }
    assertThat(home.memory().stats().evictions()).as("at rest nothing goes").isEqualTo(before);
  }

  @Test
  void shouldLeaveOutRunsWhileOneGoesOn() {
    commit(5, 5);
    home.memory().remove(SyncHome.key(RecordType.RESULT, 3, 0));
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    home.onSyncRead(
        (method, args) -> {
          reached.countDown();
          await(goOn);
        });
    home.pass(1);
    await(reached);
    home.pass(2);
    home.pass(1);
    goOn.countDown();
    home.await(() -> home.sync().skippedRuns() == 3);
    assertThat(home.sync().runs()).isEqualTo(1);

    home.run();
    assertThat(home.sync().runs()).isEqualTo(2);
    home.pass(4);
    home.await(() -> home.sync().runs() == 3);
    assertThat(home.sync().skippedRuns()).isEqualTo(6);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }
}

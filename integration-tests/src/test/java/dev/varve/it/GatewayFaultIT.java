package dev.varve.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.storage.fixture.SmallDisk;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a gateway of its own process does while its disk is full, and while its node is away. */
class GatewayFaultIT {
  private static final int DISK_MEBIBYTES = 128;
  private static final int BATCH = 100;
  private static final int TASKS = 10_000;
  private static final int READERS = 2;

  /** Keys with ordered writes, of which a block takes one each. */
  private static final int SEQUENCES = 100;

  private static final Duration LIMIT = Duration.ofMinutes(3);

  @RegisterExtension private final TestFolder folder = new TestFolder();

  private final AckLog log = new AckLog();
  private final List<UplinkReader> readers = new ArrayList<>();
  private final AtomicLong height = new AtomicLong();
  private GatewayRig rig;
  private UplinkHttp http;
  private SeenChain chain;
  private int made;

  private void start(GatewayRig made) {
    rig = made;
    rig.startChain();
    height.set(rig.rpc().waitForHeight(2, GatewayRig.LIMIT));
    rig.startGateway();
    http = new UplinkHttp(rig.gatewayUri());
    chain = new SeenChain(rig.rpc());
    for (int i = 0; i < READERS; i++) {
      readers.add(new UplinkReader(i, http, log, rig::chainFaults, height, i));
    }
  }

  @AfterEach
  void stop() {
    if (rig != null) {
      rig.close();
    }
    readers.forEach(UplinkReader::close);
  }

  @Test
  void shouldRefuseWholeRequestsWhileTheDiskOfItsBackupIsFull() throws Exception {
    SmallDisk disk = SmallDisk.mount(folder.path(), DISK_MEBIBYTES);
    try {
      start(
          new GatewayRig(
              folder.path(),
              disk.folder().resolve("uplink"),
              Map.of("gateway.backup_bytes", "64MiB", "fallback.free_bytes", "0")));
      accept(some(BATCH));
      disk.fillUpTo(0);
      List<LoggedTask> refused = some(BATCH);
      requireRefused(refused);
      rig.killGateway();
      rig.startGateway();
      requireRefused(refused);
      List<LoggedTask> never = some(BATCH);
      requireRefused(never);
      readers.forEach(UplinkReader::requireSound);
      disk.free();
      accept(refused);
      requireSound();
      for (LoggedTask task : never) {
        assertThat(chain.of(task.hash)).as(task.toString()).isEmpty();
      }
    } finally {
      stop(); // it must not use the disk any more
      rig = null;
      disk.close();
    }
  }

  /** Nothing of a request is kept: not the first of it, and no idempotency key. */
  private void requireRefused(List<LoggedTask> tasks) throws IOException {
    UplinkHttp.Answer answer = http.submitAll(tasks);
    assertThat(answer.status()).as(answer.toString()).isEqualTo(429);
    assertThat(answer.body().path("error").path("code").asText()).isEqualTo("busy");
    assertThat(answer.toString()).contains("the backup is full");
    UplinkHttp.Answer call = http.broadcast("broadcast_tx_sync", tasks.subList(0, 1));
    assertThat(call.body().path("error").isObject()).as(call.toString()).isTrue();
    for (LoggedTask task : tasks) {
      String found = http.data(task.key).body().path("text").asText();
      assertThat(found).as(task.toString()).isNotEqualTo(task.value);
    }
  }

  @Test
  void shouldKeepTenThousandTasksWhileTheNodeIsAway() throws Exception {
    start(new GatewayRig(folder.path(), folder.resolve("uplink"), Map.of()));
    accept(some(BATCH));
    rig.chainFaultBegins();
    rig.stopChain();
    for (int i = 0; i < TASKS / BATCH; i++) {
      accept(some(BATCH));
      if (i == TASKS / BATCH / 2) {
        rig.killGateway();
        rig.startGateway();
      }
    }
    readers.forEach(UplinkReader::requireSound);
    assertThat(http.status().path("queued").asInt()).isGreaterThanOrEqualTo(TASKS);
    rig.startChain();
    requireSound();
    assertThat(chain.places()).hasSizeGreaterThanOrEqualTo(TASKS);
  }

  /** Texts of their own keys, writes of one key in order and without, envelopes. */
  private List<LoggedTask> some(int count) {
    List<LoggedTask> tasks = new ArrayList<>();
    long until = height.get() + 900;
    for (int i = 0; i < count; i++) {
      made++;
      String key = "key-" + made;
      tasks.add(
          switch (made % 10) {
            case 0 ->
                LoggedTask.text(LoggedTask.Kind.ORDERED, "s" + made % (10 * SEQUENCES), made, key);
            case 1 -> LoggedTask.text(LoggedTask.Kind.TEXT, "o", made, key);
            case 2, 3 -> LoggedTask.envelope(LoggedTask.Kind.ENVELOPE, "e" + made, until, key);
            default -> LoggedTask.text(LoggedTask.Kind.TEXT, "p" + made, made, key);
          });
    }
    log.add(tasks);
    return tasks;
  }

  private void accept(List<LoggedTask> tasks) throws IOException {
    UplinkHttp.Answer answer = http.submitAll(tasks);
    assertThat(answer.status()).as(answer.toString()).isEqualTo(202);
    log.accepted(tasks, answer);
  }

  /** All that was acknowledged comes into blocks, and no read went wrong meanwhile. */
  private void requireSound() throws IOException {
    http.awaitNothingPending(LIMIT, pending -> readers.forEach(UplinkReader::requireSound));
    UplinkAudit.Result result = new UplinkAudit(log, chain).atEnd(http);
    assertThat(result.committed()).isEqualTo(result.acknowledged()).isPositive();
    readers.forEach(UplinkReader::close);
    readers.forEach(UplinkReader::requireSound);
    System.out.println(result + ", blocks " + chain.height() + ", reads " + reads());
  }

  private long reads() {
    return readers.stream().mapToLong(UplinkReader::answered).sum();
  }
}

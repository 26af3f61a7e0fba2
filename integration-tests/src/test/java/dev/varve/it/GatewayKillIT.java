package dev.varve.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A gateway that is ended by SIGKILL again and again under load: what its clients were told holds.
 */
class GatewayKillIT {
  private static final int CYCLES = 20;
  private static final int CYCLES_FULL = 500;
  private static final int WRITERS = 4;
  private static final int READERS = 2;
  private static final int LEAST_RUN_MS = 50;
  private static final int RUN_MS = 750;
  private static final int FREEZE_MS = 400;
  private static final int FILLERS = 100;
  private static final int SAMPLE = 2_000;

  @RegisterExtension private final TestFolder folder = new TestFolder();

  /** What happens to the chain in a cycle, beside the kill. */
  enum Fault {
    NONE,
    /** Stopped by a signal and killed meanwhile is the gateway; then it goes on. */
    NODE_FROZEN,
    APPLICATION_FROZEN,
    /** With an empty mempool afterwards, while the gateway runs. */
    NODE_RESTARTED,
    /** The same while the gateway is dead. */
    NODE_RESTARTED_MEANWHILE,
    CHAIN_RESTARTED_MEANWHILE
  }

  private final AckLog log = new AckLog();
  private final AtomicLong height = new AtomicLong();
  private final List<UplinkWriter> writers = new ArrayList<>();
  private final List<UplinkReader> readers = new ArrayList<>();
  private GatewayRig rig;
  private UplinkHttp http;
  private SeenChain chain;
  private UplinkAudit audit;
  private Random random;
  private int cycle;

  @Test
  void shouldKeepWhatItAcknowledgedWhenKilled() throws IOException {
    long seed = Settings.seed();
    random = new Random(seed);
    GatewayKillReport report = new GatewayKillReport(seed);
    rig =
        new GatewayRig(
            folder.path(), folder.resolve("uplink"), Map.of("gateway.resend_blocks", "5"));
    try {
      begin();
      int cycles = Settings.full() ? CYCLES_FULL : CYCLES;
      while (cycle < cycles) {
        cycle++;
        report.add(killOnce());
      }
      rig.startGateway();
      writers.forEach(UplinkWriter::close);
      log.event("all is submitted");
      drain();
      log.event("nothing is pending");
      UplinkAudit.Result result = audit.atEnd(http);
      requireReadable();
      end(report, result);
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(
          "replay with -Dvarve.seed=%d; cycle %d: %s%n%s%n%s%n%s"
              .formatted(seed, cycle, e.getMessage(), log.events(), report, rig.gatewayLog()),
          e);
    } finally {
      rig.close();
      readers.forEach(UplinkReader::close);
      writers.forEach(UplinkWriter::close);
    }
    System.out.println(report);
    System.out.println(log.events());
    if (Settings.full()) {
      report.write(Path.of("docs", "gateway-kills.md"), rig.cometVersion());
    }
  }

  private void begin() {
    http = new UplinkHttp(rig.gatewayUri());
    chain = new SeenChain(rig.rpc());
    audit = new UplinkAudit(log, chain);
    rig.startChain();
    height.set(rig.rpc().waitForHeight(2, GatewayRig.LIMIT));
    rig.prepareGateway();
    for (int i = 0; i < WRITERS; i++) {
      writers.add(new UplinkWriter(i, http, log, height::get, random.nextLong()));
    }
    for (int i = 0; i < READERS; i++) {
      readers.add(new UplinkReader(i, http, log, rig::chainFaults, height, random.nextLong()));
    }
  }

  private GatewayKillReport.Row killOnce() {
    Fault fault = random.nextInt(5) < 3 ? Fault.NONE : someFault();
    int runMs = LEAST_RUN_MS + random.nextInt(RUN_MS);
    boolean settle = random.nextBoolean();
    long before = log.acknowledgements();
    rig.startGateway();
    log.event("cycle " + cycle + ": the gateway serves; " + fault);
    awaitAcknowledgement(before);
    runAndKill(fault, runMs);
    log.event("killed");
    requireSound();
    whileDead(fault);
    if (settle) {
      chain.awaitEmptyMempool();
    }
    UplinkAudit.AtDeath death = audit.atDeath(rig.backup());
    height.accumulateAndGet(chain.height(), Math::max);
    return new GatewayKillReport.Row(cycle, fault, runMs, log.acknowledgements() - before, death);
  }

  /** Of all kinds; the one that takes seconds comes seldom. */
  private Fault someFault() {
    Fault fault = Fault.values()[1 + random.nextInt(Fault.values().length - 1)];
    return fault == Fault.CHAIN_RESTARTED_MEANWHILE && random.nextInt(3) > 0
        ? Fault.NODE_RESTARTED
        : fault;
  }

  private void awaitAcknowledgement(long before) {
    long deadline = System.nanoTime() + GatewayRig.LIMIT.toNanos();
    while (log.acknowledgements() == before) {
      requireSound();
      assertThat(System.nanoTime()).as("no acknowledgement").isLessThan(deadline);
      Pause.ms(1);
    }
  }

  private void runAndKill(Fault fault, int runMs) {
    switch (fault) {
      case NODE_FROZEN -> frozen(rig.nodePid(), runMs);
      case APPLICATION_FROZEN -> frozen(rig.applicationPid(), runMs);
      case NODE_RESTARTED -> {
        Pause.ms(runMs / 2);
        rig.chainFaultBegins();
        rig.restartNode();
        Pause.ms(runMs - runMs / 2);
        rig.killGateway();
        rig.rpc().waitForHeight(1, GatewayRig.LIMIT);
        rig.chainFaultEnds();
      }
      default -> {
        Pause.ms(runMs);
        rig.killGateway();
      }
    }
  }

  private void frozen(long pid, int runMs) {
    int freezeMs = Math.min(runMs, random.nextInt(FREEZE_MS));
    Pause.ms(runMs - freezeMs);
    rig.chainFaultBegins();
    VarveProcess.signal("STOP", pid);
    log.event("frozen: " + pid);
    try {
      Pause.ms(freezeMs);
      rig.killGateway();
    } finally {
      VarveProcess.signal("CONT", pid);
      rig.chainFaultEnds();
    }
  }

  private void whileDead(Fault fault) {
    switch (fault) {
      case NODE_RESTARTED_MEANWHILE -> rig.restartNode();
      case CHAIN_RESTARTED_MEANWHILE -> rig.restartChain();
      default -> {
        return;
      }
    }
    rig.rpc().waitForHeight(1, GatewayRig.LIMIT);
  }

  private void requireSound() {
    writers.forEach(UplinkWriter::requireSound);
    readers.forEach(UplinkReader::requireSound);
  }

  /**
   * Until nothing is pending. A text that came before is taken by the node only when others have
   * pushed it out of its cache: these are sent meanwhile.
   */
  private void drain() throws IOException {
    AtomicInteger fillers = new AtomicInteger();
    http.awaitNothingPending(
        GatewayRig.LIMIT,
        pending -> {
          requireSound();
          if (pending < FILLERS) {
            fill(fillers.incrementAndGet());
          }
        });
    requireSound();
  }

  private void fill(int number) {
    List<LoggedTask> tasks = new ArrayList<>();
    for (int i = 0; i < FILLERS; i++) {
      tasks.add(LoggedTask.text(LoggedTask.Kind.TEXT, "f" + number + "-" + i, i, ""));
    }
    log.add(tasks);
    try {
      log.accepted(tasks, http.submitAll(tasks));
    } catch (IOException e) {
      throw new AssertionError("the gateway does not answer", e);
    }
  }

  /** Each key has the value that the chain wrote last, of the gateway and of the node. */
  private void requireReadable() throws IOException {
    List<LoggedTask> some = new ArrayList<>(log.tasks());
    Collections.shuffle(some, random);
    Map<String, String> last = new HashMap<>();
    for (SeenChain.Place place : chain.places()) {
      LoggedTask task = log.of(place.hash()).get(0);
      if (place.code() == 0) {
        last.put(task.key, task.value);
      }
    }
    for (LoggedTask task : some.subList(0, Math.min(SAMPLE, some.size()))) {
      if (last.containsKey(task.key)) {
        JsonNode found = http.data(task.key).body();
        assertThat(found.path("text").asText()).as(task.key).isEqualTo(last.get(task.key));
        assertThat(found.path("source").asText()).as(task.key).isEqualTo("committed");
      }
    }
  }

  private void end(GatewayKillReport report, UplinkAudit.Result result) {
    readers.forEach(UplinkReader::close);
    requireSound();
    long reads = readers.stream().mapToLong(UplinkReader::answered).sum();
    report.ended(
        result,
        chain.height(),
        reads,
        readers.stream().mapToLong(UplinkReader::ofPending).sum(),
        readers.stream().mapToLong(UplinkReader::unavailable).sum());
    assertThat(result.acknowledged()).isGreaterThan(10L * cycle);
    assertThat(reads).isGreaterThan(10L * cycle);
    rig.stopGateway();
  }
}

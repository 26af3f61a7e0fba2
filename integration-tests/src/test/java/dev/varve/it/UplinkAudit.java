package dev.varve.it;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.fallback.io.RealFileIo;
import dev.varve.storage.PendingContents;
import dev.varve.storage.PendingTask;
import dev.varve.storage.pending.PendingLogInspector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Compares what clients were told with the chain, and with the backup of a gateway that is dead.
 * For one thread.
 */
final class UplinkAudit {
  private static final int PAGE = 1_000;

  private final AckLog log;
  private final SeenChain chain;
  private final List<LoggedTask> open = new ArrayList<>();
  private int looked;
  private int placesLooked;
  private Map<String, Long> failed = Map.of();

  UplinkAudit(AckLog log, SeenChain chain) {
    this.log = log;
    this.chain = chain;
  }

  /**
   * A dead gateway beside its node.
   *
   * @param pending tasks in its backup
   * @param unanswered those of them that no client knows of
   * @param ahead transactions that the node has, in its mempool or in blocks that the backup does
   *     not know of: each had to be in the backup
   */
  record AtDeath(int pending, int unanswered, int ahead) {}

  /**
   * After a kill: whatever was acknowledged is in the backup or in a block, and whatever of the
   * gateway's the node has is in the backup, unless the backup has followed the block that it is
   * in.
   */
  AtDeath atDeath(Path backup) {
    PendingLogInspector.Report report = PendingLogInspector.inspect(backup, new RealFileIo());
    require(report.loss().isEmpty(), () -> "the backup is damaged: " + report.damage());
    PendingContents kept = report.contents();
    requireOneForEachKey(kept);
    // In this order: what leaves the mempool meanwhile is in a block.
    List<String> inMempool = chain.mempool();
    chain.catchUp();
    Set<String> backedUp = new HashSet<>();
    kept.tasks().forEach(task -> backedUp.add(hash(task)));
    kept.failed().forEach(each -> backedUp.add(hash(each.task())));
    kept.committed().forEach(each -> backedUp.add(TestNode.hex(each.hash().toByteArray())));
    Set<String> ahead = new HashSet<>();
    for (String hash : inMempool) {
      if (chain.of(hash).stream().noneMatch(place -> place.height() <= kept.followed())) {
        ahead.add(hash);
      }
    }
    List<SeenChain.Place> places = chain.places();
    for (int i = places.size() - 1; i >= 0; i--) {
      if (places.get(i).height() <= kept.followed()) {
        break;
      }
      ahead.add(places.get(i).hash());
    }
    for (String hash : ahead) {
      require(
          backedUp.contains(hash),
          () -> "sent and not backed up, as of block " + kept.followed() + ": " + story(hash));
    }
    requireSubmitted();
    requireHeld(backedUp);
    long unanswered =
        kept.tasks().stream()
            .filter(task -> log.of(hash(task)).stream().noneMatch(LoggedTask::isAcknowledged))
            .count();
    return new AtDeath(kept.tasks().size(), (int) unanswered, ahead.size());
  }

  private void requireOneForEachKey(PendingContents kept) {
    Map<String, Long> ids = new HashMap<>();
    kept.tasks().forEach(task -> requireOne(ids, task.idempotencyKey(), task.id()));
    kept.failed().forEach(each -> requireOne(ids, each.task().idempotencyKey(), each.task().id()));
    kept.committed().forEach(each -> requireOne(ids, each.idempotencyKey(), each.id()));
  }

  private static void requireOne(Map<String, Long> ids, String key, long id) {
    if (!key.isEmpty()) {
      Long other = ids.put(key, id);
      require(
          other == null,
          () -> "tasks %d and %d have one idempotency key, %s".formatted(other, id, key));
    }
  }

  /** Everything in the chain came from a client. */
  private void requireSubmitted() {
    List<SeenChain.Place> places = chain.places();
    for (; placesLooked < places.size(); placesLooked++) {
      SeenChain.Place place = places.get(placesLooked);
      require(!log.of(place.hash()).isEmpty(), () -> "nobody submitted " + place);
    }
  }

  private void requireHeld(Set<String> backedUp) {
    List<LoggedTask> fresh = log.tasksFrom(looked);
    looked += fresh.size();
    open.addAll(fresh);
    open.removeIf(task -> chain.successes(task.hash) > 0);
    for (LoggedTask task : open) {
      require(
          !task.isAcknowledged() || backedUp.contains(task.hash),
          () -> "acknowledged, and neither backed up nor in a block:\n" + story(task.hash));
    }
  }

  /**
   * What came of everything.
   *
   * @param committed acknowledged tasks that are in a block
   * @param failed acknowledged tasks on the failed list, brief envelopes
   * @param failedUnanswered those there that no client was told of
   * @param duplicates inclusions of texts beyond their submissions that may have been accepted
   * @param refused inclusions with another code than 0
   * @param unanswered tasks that are in a block though no client was told of them
   */
  record Result(
      int submitted,
      long acknowledged,
      long committed,
      long failed,
      long failedUnanswered,
      long duplicates,
      long refused,
      long unanswered) {}

  /** At the end, when nothing is pending any more. */
  Result atEnd(UplinkHttp http) throws IOException {
    chain.catchUp();
    requireSubmitted();
    failed = failedList(http);
    Set<String> done = new HashSet<>();
    long committed = 0;
    long gaveUp = 0;
    long gaveUpUnanswered = 0;
    long acknowledged = 0;
    long duplicates = 0;
    long unanswered = 0;
    for (LoggedTask task : log.tasks()) {
      if (!done.add(task.hash)) {
        continue;
      }
      List<LoggedTask> same = log.of(task.hash);
      long told = same.stream().filter(LoggedTask::isAcknowledged).count();
      long included = chain.successes(task.hash);
      long listed = failed.getOrDefault(task.hash, 0L);
      requireOutcome(task, told, included, listed);
      acknowledged += told;
      committed += Math.min(told, included);
      gaveUp += Math.min(told, listed);
      gaveUpUnanswered += told == 0 ? listed : 0;
      duplicates += Math.max(0, included - same.stream().filter(LoggedTask::isSent).count());
      unanswered += included > 0 && told == 0 ? 1 : 0;
    }
    requireOrder();
    long refused = chain.places().stream().filter(place -> place.code() != 0).count();
    return new Result(
        log.tasks().size(),
        acknowledged,
        committed,
        gaveUp,
        gaveUpUnanswered,
        duplicates,
        refused,
        unanswered);
  }

  private void requireOutcome(LoggedTask task, long told, long included, long listed) {
    String hash = task.hash;
    if (task.isAcceptedOnce()) {
      require(
          included <= 1, () -> "an envelope is " + included + " times in blocks: " + story(hash));
    }
    if (task.kind == LoggedTask.Kind.BRIEF) {
      require(included + listed <= 1, () -> "in a block and failed: " + story(hash));
      require(included + listed >= told, () -> "lost: " + story(hash));
    } else {
      require(listed == 0, () -> "on the failed list: " + story(hash));
      require(included >= told, () -> "lost: " + story(hash));
    }
  }

  /** By hash, of which each entry has a reason. */
  private Map<String, Long> failedList(UplinkHttp http) throws IOException {
    Map<String, Long> found = new HashMap<>();
    long after = 0;
    JsonNode page;
    do {
      page =
          http.get("/v1/uplink?state=failed&limit=" + PAGE + "&after=" + after)
              .body()
              .path("tasks");
      for (JsonNode task : page) {
        String text = task.toString();
        require(!task.path("reason").asText().isBlank(), () -> "failed for no reason: " + text);
        String hash = task.path("hash").asText();
        require(!log.of(hash).isEmpty(), () -> "nobody submitted " + text);
        found.merge(hash, 1L, Long::sum);
        after = task.path("id").asLong();
      }
    } while (page.size() == PAGE);
    return found;
  }

  private void requireOrder() {
    Map<String, List<LoggedTask>> sequences =
        log.tasks().stream()
            .filter(LoggedTask::isOrdered)
            .collect(Collectors.groupingBy(task -> task.key));
    Map<String, LoggedTask> byHash = new HashMap<>();
    sequences.values().forEach(all -> all.forEach(task -> byHash.put(task.hash, task)));
    Map<String, List<String>> inChain = new HashMap<>();
    for (SeenChain.Place place : chain.places()) {
      LoggedTask task = byHash.get(place.hash());
      if (task != null) {
        inChain.computeIfAbsent(task.key, key -> new ArrayList<>()).add(task.value);
      }
    }
    sequences.forEach(
        (key, submitted) -> {
          List<String> found = inChain.getOrDefault(key, List.of());
          require(
              OrderedSequence.explains(submitted, found),
              () -> "the order of " + key + " is " + found + ", submitted were " + submitted);
        });
  }

  /** All that is known of a transaction. */
  String story(String hash) {
    StringBuilder story = new StringBuilder();
    log.of(hash).forEach(task -> story.append('\n').append(task));
    chain.of(hash).forEach(place -> story.append("\n  in ").append(place));
    if (failed.containsKey(hash)) {
      story.append("\n  on the failed list ").append(failed.get(hash)).append(" times");
    }
    return story.toString();
  }

  private static String hash(PendingTask task) {
    return TestNode.hex(task.hash().toByteArray());
  }

  private static void require(boolean holds, Supplier<String> what) {
    if (!holds) {
      throw new AssertionError(what.get());
    }
  }
}

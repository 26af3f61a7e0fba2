package dev.varve.storage.pending;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.fallback.io.CrashImage;
import dev.varve.fallback.io.FaultyFileIo;
import dev.varve.storage.PendingChange;
import dev.varve.storage.PendingContents;
import dev.varve.storage.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * A store on disk under random changes and faults, beside what it ought to hold.
 *
 * <p>What it may hold after a power failure: what was acknowledged, or that and one of the writes
 * that failed since.
 */
final class PendingRun implements AutoCloseable {
  private static final int HISTORY = 40;
  private static final int SEGMENT_BYTES = 8192;

  private final Path temporary;
  private final Random random;
  private final long boundBytes;
  private final Deque<String> history = new ArrayDeque<>();
  private final List<PendingModel> unacknowledged = new ArrayList<>();
  private PendingModel model = new PendingModel();
  private long highestId;
  private CrashImage image = new CrashImage();
  private FaultyFileIo files = new FaultyFileIo(image);
  private Path folder;
  private LogPendingStore store;
  private int images;
  private int failures;

  PendingRun(Path temporary, long seed) {
    this.temporary = temporary;
    random = new Random(seed);
    boundBytes = (long) SEGMENT_BYTES * (12 + random.nextInt(30));
    folder = temporary.resolve("log0");
  }

  String history() {
    return String.join("\n", history);
  }

  /** Writes that failed. */
  int failures() {
    return failures;
  }

  FaultyFileIo files() {
    return files;
  }

  private void say(String what) {
    history.add(what);
    if (history.size() > HISTORY) {
      history.remove();
    }
  }

  void open() {
    store = LogPendingStore.open(new PendingLogConfig(folder, boundBytes, SEGMENT_BYTES, 0), files);
  }

  /** A random write. */
  void write() {
    List<PendingChange> changes = model.changes(random, store.nextId(), 12, 3 * SEGMENT_BYTES / 2);
    say("write " + changes.size() + " changes");
    try {
      store.write(changes);
    } catch (StorageException e) {
      say("failed: " + e.getMessage());
      failures++;
      assertThat(e)
          .isInstanceOfAny(StorageException.DiskFull.class, StorageException.Unavailable.class);
      unacknowledged.add(model.after(changes));
      return;
    }
    model = model.after(changes);
    unacknowledged.clear();
    for (PendingChange change : changes) {
      if (change instanceof PendingChange.Accepted accepted) {
        highestId = Math.max(highestId, accepted.task().id());
      }
    }
    assertThat(store.stats().bytes()).isLessThanOrEqualTo(boundBytes);
  }

  /** The process ends in good order and starts again. */
  void reopen() {
    say("reopen");
    store.close();
    open();
    check(false);
  }

  /** The process ends in good order, and the power fails at a call when it starts again. */
  void reopenInto(Cut cut) throws IOException {
    files.heal();
    store.close();
    files.setFault(cut);
    try {
      open();
    } catch (StorageException.Unavailable e) {
      say("not opened: " + e.getMessage());
    }
    goOnAfter(cut);
  }

  /** What is there is what was acknowledged, or after a power failure what may be there. */
  void check(boolean afterCut) {
    PendingContents found = store.contents();
    boolean known = found.equals(model.contents());
    for (PendingModel each : unacknowledged) {
      if (!known && afterCut && found.equals(each.contents())) {
        known = true;
        model = each;
      }
    }
    if (!known) {
      assertThat(found).isEqualTo(model.contents());
    }
    unacknowledged.clear();
    assertThat(store.nextId()).isGreaterThan(highestId);
  }

  /** Lets the n-th call of the file seam fail, and some after it. */
  void failFrom(int first, int count, boolean diskFull) {
    say("calls " + first + " and " + (count - 1) + " more fail, disk full " + diskFull);
    int[] calls = {0};
    files.setFault(
        (call, file) -> {
          if (isAhead()) {
            return;
          }
          int n = ++calls[0];
          if (n >= first && n < first + count) {
            if (call == FaultyFileIo.Call.FORCE) {
              image.forceFailed(file);
            }
            throw FaultyFileIo.failure(file, diskFull);
          }
        });
  }

  /**
   * Has the power fail at the n-th call of the file seam from now on, whichever thread makes it.
   */
  Cut cutAt(int atCall) {
    say("the power fails at call " + atCall);
    Cut cut = new Cut(atCall);
    files.setFault(cut);
    return cut;
  }

  /** Goes on with what is left after a power failure: as it is now, if none came before. */
  void goOnAfter(Cut cut) throws IOException {
    cut.now();
    if (store != null) {
      store.close();
    }
    folder = cut.left;
    image = new CrashImage();
    image.adopt(folder);
    files = new FaultyFileIo(image);
    open();
    check(true);
  }

  /** A power failure at a call. */
  final class Cut implements FaultyFileIo.Fault {
    private final Path left = temporary.resolve("log" + ++images);
    private final Random choice = new Random(random.nextLong());
    private int callsLeft;
    private boolean came;

    private Cut(int atCall) {
      callsLeft = atCall;
    }

    @Override
    public synchronized void before(FaultyFileIo.Call call, Path file) throws IOException {
      if (!came && --callsLeft == 0) {
        now();
      }
      if (came) {
        throw new IOException("the power failed (made by the test)");
      }
    }

    synchronized boolean came() {
      return came;
    }

    synchronized void now() throws IOException {
      if (!came) {
        came = true;
        image.capture(folder, left, choice);
      }
    }
  }

  /** Calls of the log's own thread come at any time: counted, they would make runs differ. */
  private static boolean isAhead() {
    return Thread.currentThread().getName().startsWith("varve-log-prealloc-");
  }

  @Override
  public void close() {
    files.heal();
    if (store != null) {
      store.close();
    }
  }
}

package dev.varve.gateway;

import dev.varve.storage.CommittedTask;
import dev.varve.storage.FailedTask;
import dev.varve.storage.PendingChange;
import dev.varve.storage.PendingContents;
import dev.varve.storage.PendingStats;
import dev.varve.storage.PendingStore;
import dev.varve.storage.PendingTask;
import dev.varve.storage.StorageException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * What the tables of a cluster hold for several gateways, with leases in a test's own time and no
 * database: each {@link View} keeps the contract of {@link PendingStore}. For one thread.
 */
final class SharedBackup {
  static final Duration LEASE = Duration.ofSeconds(2);
  private static final int COUNT_BITS = 36;
  private static final int ADOPTED_AT_ONCE = 3;

  private final LongSupplier nanos;
  private final NavigableMap<Long, Row> rows = new TreeMap<>();
  private final List<Member> members = new ArrayList<>();
  private final List<Change> feed = new ArrayList<>();

  /** Every transaction that was ever accepted. */
  final SimStore.Image accepted = new SimStore.Image();

  /** Nothing answers. */
  boolean down;

  SharedBackup(LongSupplier nanos) {
    this.nanos = nanos;
  }

  private static final class Row {
    private final PendingTask task;
    private int owner;
    private FailedTask failed;
    private CommittedTask committed;

    Row(PendingTask task, int owner) {
      this.task = task;
      this.owner = owner;
    }

    boolean isPending() {
      return failed == null && committed == null;
    }
  }

  /** A gateway under one number. */
  private static final class Member {
    private final int number;
    private final String home;
    private View session;
    private int takenBy;
    private long renewedNanos;
    private long followed;
    private long lastId;

    Member(int number, String home) {
      this.number = number;
      this.home = home;
      this.lastId = (long) number << COUNT_BITS;
    }
  }

  private record Change(int number, long id, PendingChange change) {}

  View open(String home) {
    View view = new View(home);
    view.register(true);
    view.load();
    return view;
  }

  Set<Long> held() {
    Set<Long> held = new HashSet<>();
    rows.forEach(
        (id, row) -> {
          if (row.committed == null) {
            held.add(id);
          }
        });
    return held;
  }

  /** One gateway's end of it. */
  final class View implements PendingStore {
    private final String home;
    private final Set<Integer> ownNumbers = new HashSet<>();
    private final Set<Long> own = new HashSet<>();
    private final Set<Long> others = new HashSet<>();
    private Member me;
    private Member told;
    private PendingContents contents;
    private long since;
    private boolean lost;
    private boolean untold;
    private boolean anew = true;
    private int place;

    private View(String home) {
      this.home = home;
    }

    private void register(boolean resuming) {
      me = null;
      for (Member member : members) {
        if (resuming && member.home.equals(home) && member.takenBy == 0) {
          me = member;
        }
      }
      if (me == null) {
        me = new Member(members.size() + 1, home);
        members.add(me);
      }
      me.session = this;
      me.renewedNanos = nanos.getAsLong();
      since = me.renewedNanos;
      lost = false;
      ownNumbers.add(me.number);
    }

    private void load() {
      List<PendingTask> tasks = new ArrayList<>();
      List<FailedTask> failed = new ArrayList<>();
      List<CommittedTask> committed = new ArrayList<>();
      rows.forEach(
          (id, row) -> {
            if (row.failed != null) {
              failed.add(row.failed);
              own.add(id);
            } else if (row.owner == me.number && row.committed != null) {
              committed.add(row.committed);
              own.add(id);
            } else if (row.owner == me.number) {
              tasks.add(row.task);
              own.add(id);
            }
          });
      long followed = me.followed;
      for (Row row : rows.values()) {
        long others = members.get(row.owner - 1).followed;
        if (row.isPending() && others > 0) {
          followed = Math.min(followed, others);
        }
      }
      contents = new PendingContents(tasks, failed, committed, followed);
    }

    private void requireUp() {
      if (down) {
        throw new StorageException.Unavailable("the database is down", null);
      }
    }

    private boolean isMine() {
      return me.takenBy == 0 && me.session == this;
    }

    /** What its own thread does from time to time. */
    void renew() {
      if (down) {
        return;
      }
      if (!lost && isMine()) {
        me.renewedNanos = nanos.getAsLong();
        since = me.renewedNanos;
        return;
      }
      untold = true;
      register(false);
      anew = true;
    }

    @Override
    public PendingContents contents() {
      return contents;
    }

    @Override
    public void write(List<PendingChange> changes) {
      requireUp();
      if (!isMine()) {
        lost = true;
        untold = true;
        throw new StorageException.Unavailable("another has the tasks", null);
      }
      changes.forEach(this::apply);
    }

    private void apply(PendingChange change) {
      if (change instanceof PendingChange.Accepted accept) {
        PendingTask task = accept.task();
        rows.put(task.id(), new Row(task, me.number));
        own.add(task.id());
        accepted.accepted.add(task.tx());
        feed.add(new Change(me.number, task.id(), change));
      } else if (change instanceof PendingChange.Followed reached) {
        me.followed = reached.height();
      } else if (change instanceof PendingChange.Committed done) {
        Row row = rows.get(done.task().id());
        if (row != null && row.committed == null) {
          row.committed = done.task();
          if (done.task().idempotencyKey().isEmpty()) {
            rows.remove(done.task().id());
          }
          feed.add(new Change(me.number, done.task().id(), change));
        }
      } else if (change instanceof PendingChange.Failed fail) {
        Row row = rows.get(fail.failed().task().id());
        if (mayEnd(row)) {
          row.failed = fail.failed();
          feed.add(new Change(me.number, fail.failed().task().id(), change));
        }
      } else if (change instanceof PendingChange.Dropped drop) {
        if (mayEnd(rows.get(drop.id()))) {
          rows.remove(drop.id());
          feed.add(new Change(me.number, drop.id(), change));
        }
      } else if (change instanceof PendingChange.Forgotten forget) {
        rows.remove(forget.id());
      }
    }

    private boolean mayEnd(Row row) {
      return row != null && (row.failed != null || (row.isPending() && row.owner == me.number));
    }

    @Override
    public boolean durable() {
      return true;
    }

    @Override
    public long nextId() {
      return ++me.lastId;
    }

    @Override
    public List<PendingChange> othersChanges() {
      requireUp();
      if (told == me && !lost) {
        untold = false;
      }
      Set<Long> ids = new LinkedHashSet<>();
      List<Change> news = feed.subList(anew ? 0 : place, feed.size());
      if (anew) {
        rows.forEach(
            (id, row) -> {
              if (row.owner != me.number) {
                ids.add(id);
              }
            });
        own.stream().filter(id -> !rows.containsKey(id)).forEach(ids::add);
        others.stream().filter(id -> !rows.containsKey(id)).forEach(ids::add);
        told = lost ? told : me;
      } else {
        news.stream()
            .filter(each -> !ownNumbers.contains(each.number))
            .forEach(each -> ids.add(each.id));
      }
      anew = false;
      List<PendingChange> accepts = new ArrayList<>();
      List<PendingChange> ends = new ArrayList<>();
      for (long id : ids) {
        Row row = rows.get(id);
        if (row == null) {
          own.remove(id);
          others.remove(id);
          news.stream()
              .filter(each -> each.id == id)
              .reduce((a, b) -> b)
              .ifPresent(e -> ends.add(e.change));
        } else if (row.committed != null) {
          ends.add(new PendingChange.Committed(row.committed));
        } else if (row.failed != null || row.owner != me.number) {
          own.remove(id);
          if (others.add(id)) {
            accepts.add(new PendingChange.Accepted(row.task));
          }
          if (row.failed != null) {
            ends.add(new PendingChange.Failed(row.failed));
          }
        }
      }
      place = feed.size();
      accepts.addAll(ends);
      return accepts;
    }

    @Override
    public List<PendingTask> takeOver() {
      requireUp();
      if (lost || !isMine()) {
        return List.of();
      }
      for (Member member : members) {
        boolean over = nanos.getAsLong() - member.renewedNanos > LEASE.toNanos();
        if (member != me && member.takenBy == 0 && over) {
          members.stream()
              .filter(each -> each == member || each.takenBy == member.number)
              .forEach(each -> each.takenBy = me.number);
        }
      }
      List<PendingTask> adopted = new ArrayList<>();
      for (Row row : rows.values()) {
        boolean left = members.get(row.owner - 1).takenBy == me.number;
        if (left && row.isPending() && adopted.size() < ADOPTED_AT_ONCE) {
          long followed = members.get(row.owner - 1).followed;
          if (followed > 0 && (me.followed == 0 || followed < me.followed)) {
            me.followed = followed;
          }
          row.owner = me.number;
          others.remove(row.task.id());
          own.add(row.task.id());
          adopted.add(row.task);
        }
      }
      return adopted;
    }

    @Override
    public boolean maySend() {
      return !untold && !lost && nanos.getAsLong() - since < LEASE.toNanos() * 4 / 5;
    }

    @Override
    public PendingStats stats() {
      return new PendingStats("shared", 0, 0, 0);
    }

    @Override
    public void close() {}
  }
}

package dev.varve.ledger.commitment;

import com.google.protobuf.ByteString;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.StateRecord;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rebuilds a commitment: the log and the groups from the deltas, their keys from the state, and
 * each checked against the other. Used once.
 */
final class Restorer {
  private static final Logger LOG = LoggerFactory.getLogger(Restorer.class);

  private static final long PROGRESS_KEYS = 1_000_000;

  /** Above every key of the state: none is this long. */
  private static final ByteString END = ByteString.copyFrom(filled(2048));

  /** More groups of several keys than anybody could make. */
  private static final int MAX_UNPROVEN = 100_000;

  private final StorageEngine engine;
  private final LiveKeys keys;
  private final KeyIndex index;
  private final Entries entries;
  private final TwigLog log;
  private final byte[] entry = new byte[Entries.ENTRY_BYTES];

  /** The committed digests of groups, by prefix, that their first key did not give alone. */
  private final Map<Long, byte[]> unproven = new HashMap<>();

  private long height;
  private long committed;
  private long found;
  private long start = -1;

  Restorer(StorageEngine engine, LiveKeys keys, TwigLog log) {
    this.engine = engine;
    this.keys = keys;
    this.index = keys.index();
    this.entries = keys.entries();
    this.log = log;
  }

  /** {@code root} gives the root of what was rebuilt, told the last height with a delta. */
  void restore(LongFunction<ByteString> root) {
    AppliedHeight applied = engine.applied();
    if (applied.getHeight() == 0) {
      return;
    }
    engine.scanCommitments(this::replay);
    if (start > 0 && log.base() - (log.base() & TwigRing.MASK) < start) {
      throw corruption(
          "deltas start at position "
              + start
              + " of the log, but the active ones at "
              + log.base());
    }
    engine.scanState(ByteString.EMPTY, END, this::load);
    if (found != committed) {
      throw corruption("it has " + found + " keys, committed are " + committed);
    }
    checkGroups();
    keys.setCount(committed);
    ByteString hash = root.apply(height);
    if (!hash.equals(applied.getAppHash())) {
      throw corruption(
          "it hashes to "
              + hex(hash)
              + ", committed at height "
              + applied.getHeight()
              + " is "
              + hex(applied.getAppHash()));
    }
    if (committed >= PROGRESS_KEYS) {
      LOG.info("state commitment verified: {} keys at height {}", committed, applied.getHeight());
    }
  }

  private void replay(long atHeight, ByteString commitment) {
    byte[] bytes = commitment.toByteArray();
    for (int offset = 0; offset < bytes.length; ) {
      Delta.Segment segment;
      try {
        segment = Delta.Segment.read(bytes, offset);
      } catch (IllegalArgumentException e) {
        throw new StorageException.Corruption(
            "the commitment delta of height " + atHeight + " is damaged: " + e.getMessage(), e);
      }
      replay(atHeight, bytes, segment);
      offset = segment.end();
    }
  }

  private void replay(long atHeight, byte[] bytes, Delta.Segment segment) {
    if (start < 0) {
      start = segment.firstPosition();
      log.startAt(start);
    }
    if (segment.firstPosition() != log.next() || segment.firstPosition() < 0) {
      throw new StorageException.Corruption(
          "the commitment delta of height "
              + atHeight
              + " does not follow: it starts at position "
              + segment.firstPosition()
              + " where "
              + log.next()
              + " is next",
          null);
    }
    committed = segment.keys();
    height = segment.height();
    for (int at = segment.vanished(); at < segment.start(); at += Long.BYTES) {
      // What stood in deltas that are no longer needed is not there.
      if (index.seek(Bytes.getLong(bytes, at))) {
        log.remove(log.position(index.position()));
        entries.free(index.entries());
        index.remove();
      }
    }
    for (int at = segment.start(); at < segment.end(); at += Delta.RECORD_BYTES) {
      append(bytes, at, segment.height());
    }
    log.endBlock();
  }

  private void append(byte[] bytes, int record, long atHeight) {
    long prefix = Bytes.getLong(bytes, record);
    int group;
    if (index.seek(prefix)) {
      group = index.entries();
      log.remove(log.position(index.position()));
      index.set(index.place(), group, (int) log.next());
    } else {
      group = entries.reserve();
      index.insert(prefix, group, (int) log.next());
    }
    entries.expect(group, bytes, record + Delta.DIGEST_OFFSET);
    log.append(group, bytes, record, atHeight);
  }

  private boolean load(ByteString key, StateRecord state) {
    keys.hasher().key(key, entry, 0);
    keys.hasher().value(state.getValue(), state.getHeight(), entry, 0);
    long prefix = keys.prefix(entry, 0);
    if (!index.seek(prefix)) {
      throw corruption("it has the key " + hex(key) + " (hex), which is not committed");
    }
    int group = index.entries();
    if (entries.isReserved(group)) {
      if (!entries.isExpected(group, entry)) {
        if (unproven.size() == MAX_UNPROVEN) {
          checkUnproven();
        }
        unproven.put(prefix, entries.expected(group));
      }
      entries.fill(group, entry);
    } else {
      int grown = entries.put(group, entry, 0);
      index.set(index.place(), grown, index.position());
      log.replaceAt(log.position(index.position()), grown);
    }
    if (++found % PROGRESS_KEYS == 0) {
      LOG.info("rebuilding the state commitment: {} of {} keys", found, committed);
    }
    return true;
  }

  private void checkGroups() {
    if (index.size() == 0) {
      return;
    }
    index.seek(0);
    index.seek(index.predecessor());
    for (long checked = 0; checked < index.size(); checked++) {
      long prefix = index.successor();
      index.seek(prefix);
      if (entries.isReserved(index.entries())) {
        throw corruption("it lacks the key whose hash begins with " + hex(prefix));
      }
    }
    checkUnproven();
  }

  private void checkUnproven() {
    byte[] digest = new byte[Sha256.LENGTH];
    unproven.forEach(
        (prefix, expected) -> {
          index.seek(prefix);
          keys.digest(index.entries(), digest, 0);
          if (!Arrays.equals(digest, expected)) {
            throw corruption(
                "the key whose hash begins with "
                    + hex(prefix)
                    + " hashes to "
                    + HexFormat.of().formatHex(digest)
                    + ", committed is "
                    + HexFormat.of().formatHex(expected));
          }
        });
  }

  private static StorageException.Corruption corruption(String what) {
    return new StorageException.Corruption(
        "the stored state is not the one that was committed: " + what, null);
  }

  private static String hex(long prefix) {
    return HexFormat.of().toHexDigits(prefix);
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  private static byte[] filled(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 0xff);
    return bytes;
  }
}

package dev.varve.ledger.commitment;

import com.google.protobuf.ByteString;
import dev.varve.storage.StateWrite;
import dev.varve.storage.StorageEngine;
import java.util.List;

/**
 * The app hash: a commitment to the whole state, kept up to date block by block at a cost a write
 * that does not depend on how large the state is.
 *
 * <p>Equal histories give equal roots on every machine; a call without effect leaves the root as it
 * is. Format, proofs and security: see the package. A call of {@link #apply} that throws leaves the
 * commitment undefined: restore it. Not thread-safe.
 */
public final class StateCommitment {
  /** Names the construction in the genesis app state. */
  public static final String SCHEME = "varve-key-twigs";

  /** The version of the construction and of its deltas. */
  public static final int VERSION = 3;

  /** So many groups are read ahead at once. */
  static final int RUN = 64;

  private final Sha256 sha = new Sha256();
  private final Delta.Writer delta = new Delta.Writer();
  private final TwigLog log = new TwigLog(sha);
  private final LiveKeys keys;
  private final Rewriter rewriter;
  private final WriteDigests digests = new WriteDigests();
  private final byte[] message;
  private ByteString root;
  private long lastHeight;

  private StateCommitment(long prefixMask) {
    keys = new LiveKeys(sha, log, prefixMask);
    rewriter = new Rewriter(keys, log, delta);
    message = new byte[Sha256.LENGTH + log.pending().length + 3 * Long.BYTES];
    root = computeRoot();
  }

  /** The commitment to a state without keys, before anything was applied. */
  public static StateCommitment empty() {
    return empty(-1L);
  }

  /** One whose prefixes are masked, so that a test finds groups of several keys. */
  static StateCommitment empty(long prefixMask) {
    return new StateCommitment(prefixMask);
  }

  /**
   * Rebuilds the commitment at the engine's last height from its state and deltas, and checks both
   * against the app hash stored there.
   *
   * @throws dev.varve.storage.StorageException.Corruption when they do not agree
   */
  public static StateCommitment restore(StorageEngine engine) {
    return restore(engine, -1L);
  }

  static StateCommitment restore(StorageEngine engine, long prefixMask) {
    StateCommitment commitment = new StateCommitment(prefixMask);
    new Restorer(engine, commitment.keys, commitment.log).restore(commitment::finishRestore);
    return commitment;
  }

  /** Joins two deltas into one that does both, in this order. */
  public static ByteString concat(ByteString first, ByteString second) {
    return first.concat(second);
  }

  /** The root after the last call of {@link #apply}, 32 bytes. */
  public ByteString root() {
    return root;
  }

  /**
   * Applies the writes of one block.
   *
   * @param height the block's height
   * @param writes in any order, each key at most once
   */
  public Update apply(long height, List<StateWrite> writes) {
    digests.set(writes);
    return apply(height, digests);
  }

  /** As the other, for writes whose digests were taken before. */
  public Update apply(long height, WriteDigests writes) {
    delta.begin(height, log.next());
    if (!keys.apply(writes, delta)) {
      return new Update(root, ByteString.EMPTY, floor());
    }
    lastHeight = height;
    rewriter.rewrite(keys.touched(), height);
    log.endBlock();
    root = computeRoot();
    return new Update(root, delta.end(keys.count()), floor());
  }

  /** Whether the key of a write of the last call of {@link #apply} had no value before it. */
  public boolean wasFresh(int write) {
    return keys.wasFresh(write);
  }

  private ByteString computeRoot() {
    byte[] pending = log.pending();
    System.arraycopy(log.root(), 0, message, 0, Sha256.LENGTH);
    System.arraycopy(pending, 0, message, Sha256.LENGTH, pending.length);
    int at = Sha256.LENGTH + pending.length;
    Bytes.putLong(message, at, keys.count());
    Bytes.putLong(message, at + Long.BYTES, log.base());
    Bytes.putLong(message, at + 2 * Long.BYTES, log.next());
    byte[] hash = new byte[Sha256.LENGTH];
    sha.hash(message, 0, message.length, Sha256.ROOT, hash, 0);
    return ByteString.copyFrom(hash);
  }

  private long floor() {
    return Math.min(lastHeight, log.windowHeight(lastHeight));
  }

  private ByteString finishRestore(long height) {
    lastHeight = height;
    root = computeRoot();
    return root;
  }

  /**
   * What one block changed.
   *
   * @param root the app hash after it, 32 bytes
   * @param delta what {@link StateCommitment#restore} needs of this block; empty without an effect
   * @param floorHeight the lowest height whose delta is still needed
   */
  public record Update(ByteString root, ByteString delta, long floorHeight) {}
}

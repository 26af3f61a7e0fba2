package dev.varve.bench.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnsafeByteOperations;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.StateWrite;
import dev.varve.storage.record.Attribute;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.Event;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Blocks of {@code key=value} transactions as the ledger makes them, by height alone: a key of 17
 * characters that is new for each transaction and scattered over the key space, one event, one
 * state write. Threads: one.
 */
final class BlockMaker {
  static final int KEY_BYTES = 17;
  private static final int SLICE = 64;
  private static final int CHARS_PER_LONG = 12;
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  // 32 letters, so that five random bits choose one.
  private static final byte[] LETTERS =
      "abcdefghijklmnopqrstuvwxyz012345".getBytes(StandardCharsets.US_ASCII);
  private static final TxResult OK = TxResult.newBuilder().setGasWanted(1).setGasUsed(1).build();

  private final int txs;
  private final int txBytes;
  private final MessageDigest sha256;

  BlockMaker(int txs, int txBytes) {
    this.txs = txs;
    this.txBytes = txBytes;
    try {
      this.sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  int txs() {
    return txs;
  }

  BlockBatch block(long height) {
    List<ByteString> bytes = new ArrayList<>(txs);
    List<ByteString> hashes = new ArrayList<>(txs);
    List<TxResult> results = new ArrayList<>(txs);
    List<TxLog> logs = new ArrayList<>(txs);
    List<StateWrite> writes = new ArrayList<>(txs);
    for (int i = 0; i < txs; i++) {
      ByteString tx = UnsafeByteOperations.unsafeWrap(tx(height, i));
      ByteString key = tx.substring(0, KEY_BYTES);
      bytes.add(tx);
      hashes.add(hash(tx));
      results.add(OK);
      logs.add(log(key));
      writes.add(
          new StateWrite(stateKey(height, i), tx.substring(KEY_BYTES + 1), height).asFresh());
    }
    ByteString commitment = ByteString.copyFrom(new byte[64]);
    return new BlockBatch(
        record(height), bytes, hashes, results, logs, writes, commitment, 0, Map.of());
  }

  private BlockRecord record(long height) {
    ByteString hash = hash(ByteString.copyFromUtf8("block " + height));
    return BlockRecord.newBuilder()
        .setHeight(height)
        .setHash(hash)
        .setTime(Timestamp.newBuilder().setSeconds(1_700_000_000L + height))
        .setProposerAddress(hash.substring(0, 20))
        .setTxCount(txs)
        .setAppHash(hash)
        .build();
  }

  /** The state key that a transaction writes. */
  static ByteString stateKey(long height, int index) {
    byte[] key = new byte[KEY_BYTES + 1];
    key[0] = 's';
    writeKey(key, 1, number(height, index));
    return UnsafeByteOperations.unsafeWrap(key);
  }

  /** How many records a block is in a store: slices, state, hash index, block, commitment. */
  long storedRecords() {
    return 2 + 3L * ((txs + SLICE - 1) / SLICE) + 2L * txs;
  }

  /** How many of them come to memory: all but hash index and commitment. */
  long memoryRecords() {
    return storedRecords() - 1 - txs;
  }

  private byte[] tx(long height, int index) {
    long random = number(height, index);
    byte[] tx = new byte[txBytes];
    writeKey(tx, 0, random);
    tx[KEY_BYTES] = '=';
    for (int at = KEY_BYTES + 1; at < txBytes; at += CHARS_PER_LONG) {
      random = mix(random);
      int end = Math.min(txBytes, at + CHARS_PER_LONG);
      for (int i = at, shift = 0; i < end; i++, shift += 5) {
        tx[i] = LETTERS[(int) (random >>> shift) & 31];
      }
    }
    return tx;
  }

  private static TxLog log(ByteString key) {
    return TxLog.newBuilder()
        .addEvents(
            Event.newBuilder()
                .setType("varve.write")
                .addAttributes(
                    Attribute.newBuilder().setKey("key").setValueBytes(key).setIndex(true)))
        .build();
  }

  private ByteString hash(ByteString bytes) {
    sha256.update(bytes.asReadOnlyByteBuffer());
    return UnsafeByteOperations.unsafeWrap(sha256.digest());
  }

  private static long number(long height, int index) {
    return mix((height << 20) | index);
  }

  private static void writeKey(byte[] target, int offset, long value) {
    target[offset] = 'k';
    for (int i = 0; i < 16; i++) {
      target[offset + 1 + i] = HEX[(int) (value >>> (60 - 4 * i)) & 15];
    }
  }

  /** The finaliser of SplitMix64 behind an odd step: a bijection on 64 bits. */
  static long mix(long value) {
    long z = value * 0x9E3779B97F4A7C15L + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}

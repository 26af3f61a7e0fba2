package dev.varve.gateway.http;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;

/**
 * That a transaction is in a block, as a header's data_hash commits to it: the tree of RFC 6962
 * over the hashes of the block's transactions.
 *
 * @param root the block's data_hash
 * @param aunts from the leaf's sibling up to a child of the root
 */
record MerkleProof(
    ByteString root, long total, long index, ByteString leaf, List<ByteString> aunts) {
  private static final byte LEAF = 0;
  private static final byte INNER = 1;

  /**
   * Proves one transaction.
   *
   * @param txHashes SHA-256 of each of the block's transactions, in order
   */
  static MerkleProof of(List<ByteString> txHashes, int index) {
    List<ByteString> level = new ArrayList<>(txHashes.size());
    for (ByteString hash : txHashes) {
      level.add(Sha256.hash(LEAF, hash, ByteString.EMPTY));
    }
    ByteString leaf = level.get(index);
    List<ByteString> aunts = new ArrayList<>();
    int at = index;
    // Pairing neighbours level by level gives RFC 6962's tree: one that is left over moves up.
    while (level.size() > 1) {
      int sibling = at ^ 1;
      if (sibling < level.size()) {
        aunts.add(level.get(sibling));
      }
      level = above(level);
      at >>= 1;
    }
    return new MerkleProof(level.get(0), txHashes.size(), index, leaf, List.copyOf(aunts));
  }

  private static List<ByteString> above(List<ByteString> level) {
    List<ByteString> above = new ArrayList<>((level.size() + 1) / 2);
    for (int i = 0; i < level.size(); i += 2) {
      boolean pair = i + 1 < level.size();
      above.add(pair ? Sha256.hash(INNER, level.get(i), level.get(i + 1)) : level.get(i));
    }
    return above;
  }
}

package dev.varve.ledger.commitment;

/** One run of {@value #LEAVES} positions of the log: which buckets stand there, and which still. */
final class Twig {
  static final int SHIFT = 12;
  static final int LEAVES = 1 << SHIFT;
  static final int MASK = LEAVES - 1;

  private static final int BITS_OFFSET = Sha256.LENGTH;
  private static final int BODY_BYTES = BITS_OFFSET + LEAVES / Byte.SIZE;

  /** The height that appended the first position. */
  final long firstHeight;

  final int[] buckets = new int[LEAVES];

  /** Root of the leaf hashes, then the active bits: what a twig's hash is taken of. */
  private final byte[] body = new byte[BODY_BYTES];

  private int active;

  Twig(long firstHeight) {
    this.firstHeight = firstHeight;
  }

  int active() {
    return active;
  }

  void add(int leaf, int bucket) {
    buckets[leaf] = bucket;
    body[BITS_OFFSET + (leaf >>> 3)] |= (byte) (1 << (leaf & 7));
    active++;
  }

  void clear(int leaf) {
    int at = BITS_OFFSET + (leaf >>> 3);
    int bit = 1 << (leaf & 7);
    if ((body[at] & bit) == 0) {
      throw new IllegalStateException("leaf " + leaf + " of a twig is cleared twice");
    }
    body[at] &= (byte) ~bit;
    active--;
  }

  /** The first active leaf from {@code leaf} on, or {@link #LEAVES}. */
  int nextActive(int leaf) {
    int word = leaf >>> 6;
    long bits = bits(word) & (-1L << leaf);
    while (bits == 0) {
      if (++word == LEAVES / Long.SIZE) {
        return LEAVES;
      }
      bits = bits(word);
    }
    return word * Long.SIZE + Long.numberOfTrailingZeros(bits);
  }

  void setLeafRoot(byte[] hashes, int offset) {
    System.arraycopy(hashes, offset, body, 0, Sha256.LENGTH);
  }

  void hash(Sha256 sha, byte[] out, int offset) {
    sha.hash(body, 0, BODY_BYTES, Sha256.TWIG, out, offset);
  }

  private long bits(int word) {
    return Bytes.getBits(body, BITS_OFFSET + word * Long.BYTES);
  }
}

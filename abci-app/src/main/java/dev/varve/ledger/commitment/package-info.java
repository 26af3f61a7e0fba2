/**
 * The app hash. Entry type: {@link dev.varve.ledger.commitment.StateCommitment}.
 *
 * <p>Live keys lie in hash buckets; a bucket is hashed whole. A block appends the new hashes of the
 * buckets it changed to a log of positions and turns their former positions inactive. The log is
 * hashed in twigs of 4,096 positions, the twigs in a tree; former positions lie all over the log,
 * so they are listed until it pays to hash their twigs again. This page is the whole specification
 * of version 1; {@code ReferenceCommitment} in the tests follows it from nothing else.
 *
 * <h2>Hashes</h2>
 *
 * All numbers are big-endian. {@code H(t, a, b)} is SHA-256(a ‖ b ‖ t): the last byte {@code t} of
 * every message is its kind. {@code 0} as a hash is 32 zero bytes.
 *
 * <pre>
 * key hash      K = H(1, key)
 * value digest  V = H(2, value, u64 height of the last write)
 * bucket leaf   H(3, K0, V0, K1, V1, ..., u32 bucket)       K ascending, unsigned
 * twig node     H(4, child0, ..., child15)                  0 when all are 0
 * twig          H(5, root of the 4,096 leaves, active bits) 0 when no bit is set
 * upper node    H(6, child0, child1, child2, child3)        0 when all are 0
 * root          H(7, upper root, P0, ..., P63, u64 keys, u64 buckets, u64 base, u64 next)
 * chain         Pc = H(8, Pc before, u64 position, ...)     0 at first
 * </pre>
 *
 * <h2>Buckets</h2>
 *
 * With {@code n} live keys there are {@code N = ceil(n / 2)} buckets (linear hashing). With {@code
 * m} the least power of 2 that is at least N, and {@code x} the first 8 bytes of K as a number, the
 * key is in bucket {@code b = x mod m}, or {@code b - m/2} where b is not below N. Bucket {@code b
 * > 0} is split from, and merged into, its parent: b without its highest set bit.
 *
 * <h2>A block</h2>
 *
 * A put, and the delete of a key that is there, have an effect. Without any the root stays. Else,
 * with N before and N' after the block, these buckets below N' are rewritten, in ascending order,
 * once each: those that N' gives to the keys of the writes with an effect, and those from min(N,
 * N') to max(N, N') - 1 and their parents. Before that the positions of the buckets from N' on, in
 * ascending order of buckets, turn inactive. To rewrite a bucket: its position, if any, turns
 * inactive; its leaf takes position {@code next}, active; next grows by 1.
 *
 * <p>Then the log is compacted: as many times as buckets were rewritten, but only while {@code next
 * - oldest > 3 N' + 16,384}, the bucket at {@code oldest} is rewritten. {@code oldest} is the
 * lowest active position, or next where none is.
 *
 * <h2>The log</h2>
 *
 * Twig {@code w} has positions 4,096 w to 4,096 w + 4,095; leaf i is the hash at position 4,096 w +
 * i, also after it turned inactive, and 0 where nothing was appended. Its active bits are 512
 * bytes: bit {@code i mod 8} (lowest first) of byte {@code i / 8}. The upper tree has C leaves, the
 * least power of 4 that is at least {@code next / 4,096 - base / 4,096 + 1}; twig w of that window
 * is leaf {@code w mod C}, the others are 0. With C = 1 the upper root is the twig itself.
 *
 * <p>A block with an effect settles the log when {@code next / 16,384} is another after it than
 * before it: all twigs are hashed with their active bits, {@code base} becomes {@code oldest}, and
 * P0 to P63 become 0. A block that does not settle hashes only the twigs it appended to, base stays
 * (at first it is 0), and the positions that it turned inactive enter the chains, in the order in
 * which they turned, position p chain {@code p mod 64}: one hash for each chain that gets any.
 *
 * <h2>Delta</h2>
 *
 * One segment for a call with an effect; segments can be concatenated.
 *
 * <pre>
 * 0        1 version, 1
 * 1        8 height
 * 9        8 position of the first entry
 * 17       8 keys after the block
 * 25       4 buckets after the block
 * 29       4 count of entries
 * 33  36 x n entries: u32 bucket, 32 bytes leaf hash, one a position, in order
 * </pre>
 *
 * No checksum of its own: the store's envelope has one, and what is restored must hash to the app
 * hash of the block. Deltas below {@code floorHeight} hold no position of the twigs from base on.
 *
 * <h2>Proofs, as they will be</h2>
 *
 * A proof of a key shows, under one root: (1) all entries of its bucket, which give the leaf; (2)
 * the path of the leaf in its twig, 3 x 15 hashes; (3) the active bits, in which the leaf's is set;
 * (4) the path of the twig; (5) the list behind the leaf's chain, in which the leaf's position is
 * not; (6) the other chains and the numbers in the root. Inclusion: the key's entry is among the
 * entries, and the value and height hash to its digest. Exclusion: no entry has the key's hash.
 * With no keys the root's own numbers are the proof. About 64 (n + 1) + 1,440 + 512 bytes, 96 a
 * level of the tree, and up to about 4,000 of chains and list.
 *
 * <h2>Security</h2>
 *
 * Invariant: each bucket below N has exactly one active position, which holds the hash of all its
 * entries. The validators uphold it as they do execution itself: a root signed by two thirds of
 * them is one that this package computed. Given that, the verifier computes the bucket from the key
 * hash and N, both bound by the root; only one active leaf carries that bucket number; a stale leaf
 * of the same bucket is there but its bit is not set or its position is listed; and a bucket shown
 * whole leaves no place for a key that is not shown. To show anything else takes a collision of
 * SHA-256: kinds are separated by the last byte, lengths within a kind are fixed but for key, value
 * and bucket, where a message of another length is another message.
 *
 * <p>Grinding: key hashes are public, so anyone can search keys that fall in one bucket. To have M
 * more of them there costs M N hashes and M keys that consensus accepts; a write to that bucket
 * then hashes 64 M bytes, about 35 ns each key. N = 2.5 million, M = 1,000: 2.5 billion hashes for
 * 35 us a block in which the bucket is written, once a block however often it is written. Only
 * splits that follow the growth of the whole state relieve it, which a key ground on more bits
 * evades. The cost is linear in what the attacker got committed, and never more than hashing all
 * attack keys once a block.
 */
package dev.varve.ledger.commitment;

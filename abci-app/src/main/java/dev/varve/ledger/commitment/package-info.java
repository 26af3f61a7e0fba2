/**
 * The app hash. Entry type: {@link dev.varve.ledger.commitment.StateCommitment}.
 *
 * <p>Live keys form a ring in the order of their hashes; the record of a key names the next one, so
 * that it also tells which keys are not there. A block appends the new records of the keys it
 * changed to a log of positions and turns their former positions inactive. The log is hashed in
 * twigs of 4,096 positions, the twigs in a tree; former positions lie all over the log, so they are
 * listed until it pays to hash their twigs again. This page is the whole specification of version
 * 3; {@code ReferenceCommitment} in the tests follows it from nothing else.
 *
 * <h2>Hashes</h2>
 *
 * All numbers are big-endian. {@code H(t, a, b)} is SHA-256(a ‖ b ‖ t): the last byte {@code t} of
 * every message is its kind. {@code 0} as a hash is 32 zero bytes.
 *
 * <pre>
 * key hash      K = H(1, key)
 * entry digest  E = H(2, K, value, u64 height of the last write)
 * group digest  G = E of its only key, or H(3, E0, E1, ...)     K ascending, unsigned
 * record        u64 prefix ‖ u64 next prefix ‖ G            48 bytes; 0 beyond the log's end
 * page          H(4, record0, ..., record15)                0 when all are beyond the end
 * twig node     H(5, child0, ..., child15)                  0 when all are 0
 * twig          H(6, root of the 256 pages, active bits)    0 when no bit is set
 * upper node    H(7, child0, child1, child2, child3)        0 when all are 0
 * root          H(8, upper root, P0, ..., P63, u64 keys, u64 base, u64 next)
 * chain         Pc = H(9, Pc before, u64 position, ...)     0 at first
 * </pre>
 *
 * <h2>Groups</h2>
 *
 * The prefix {@code x} of a key is the first 8 bytes of K as an unsigned number. A group is all
 * live keys of one prefix: one key, unless two hashes agree in 64 bits. The next prefix of a group
 * is the least prefix of a live key above its own; for the highest group it is the lowest prefix
 * there is, which for a single group is its own.
 *
 * <h2>A block</h2>
 *
 * A put, and the delete of a key that is there, have an effect. Without any the root stays. Else
 * the groups to rewrite are those live after the block which are new, or hold or held a key of a
 * write with an effect, or have another next prefix than before the block. First the positions of
 * the groups that are no more turn inactive, in ascending order of prefixes. Then the groups to
 * rewrite are rewritten, once each, in ascending order of prefixes: the group's position, if any,
 * turns inactive; its record takes position {@code next}, active; next grows by 1.
 *
 * <p>Then the log is compacted: as many times as groups were rewritten, but only while {@code next
 * - oldest > 3 n + 16,384}, with {@code n} live keys, the group at {@code oldest} is rewritten.
 * {@code oldest} is the lowest active position, or next where none is.
 *
 * <h2>The log</h2>
 *
 * Twig {@code w} has positions 4,096 w to 4,096 w + 4,095, 16 to a page; a record stays in its page
 * also after its position turned inactive. The active bits are 512 bytes: bit {@code i mod 8}
 * (lowest first) of byte {@code i / 8} for position 4,096 w + i. The upper tree has C leaves, the
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
 * 0        1 version, 3
 * 1        8 height
 * 9        8 position of the first record
 * 17       8 keys after the block
 * 25       4 count m of groups that are no more
 * 29       4 count n of records
 * 33   8 x m their prefixes, ascending
 *     48 x n records, one a position, in order
 * </pre>
 *
 * No checksum of its own: the store's envelope has one, and what is restored must hash to the app
 * hash of the block. Deltas below {@code floorHeight} hold no position of the twigs from base on.
 *
 * <h2>Proofs, as they will be</h2>
 *
 * A proof shows, under one root: (1) a group's prefix, its next prefix and, of several keys, all
 * entry digests, which give the record; (2) the other 15 records of its page, and the path of the
 * page in its twig, 2 x 15 hashes; (3) the active bits, in which the position's is set; (4) the
 * path of the twig; (5) the list behind the position's chain, in which it is not; (6) the other
 * chains and the numbers in the root. Inclusion: the group of the key's prefix; the digest of key,
 * value and height is among its digests. Exclusion: that group, with other keys, values and heights
 * that give all its digests; or the group with the next lower prefix, going round, whose next
 * prefix is beyond the key's. A group that is its own next excludes every other prefix. With no
 * keys the root's own numbers are the proof. About 768 + 960 + 512 bytes, 96 a level of the tree,
 * and up to about 4,000 of chains and list.
 *
 * <h2>Security</h2>
 *
 * Invariant: each group has exactly one active position, which holds the digest of all its entries
 * and the prefix that comes next; so the active records are one ring that leaves out no live key.
 * The validators uphold it as they do execution itself: a root signed by two thirds of them is one
 * that this package computed. Given that, a stale record is there but its bit is not set or its
 * position is listed, and an active one leaves no place for a key that its interval covers or that
 * its group does not show. To show anything else takes a collision of SHA-256: kinds are separated
 * by the last byte, so that no group of several keys has the digest of a single entry; lengths
 * within a kind are fixed but for key, entry, group and chain, where a message of another length is
 * another message. An entry digest holds its key's hash, so none stands for two keys.
 *
 * <p>Grinding: key hashes are public, so anyone can search keys whose hashes begin alike. The root
 * does not suffer: groups are as good whatever their prefixes. To make a group of two costs 2^32
 * hashes, and then one more block of SHA-256 at its writes and a value more in proofs of exclusion
 * there. What can be made to suffer is the index in memory, {@code KeyIndex}: its directory has a
 * slot for at most 7 keys before it doubles, so with n live keys it takes M n / 7 hashes or more to
 * have M ground keys share a slot. The slot's bucket then moves up to 16 M bytes at an insert or
 * delete there, is searched by halving, and takes 34 to 64 bytes a key: M = 1,000 of 5 million
 * costs a billion hashes for about a microsecond a write. Slots are fewer than two for 7 keys, and
 * buckets of 256 bytes fewer than slots, so ground keys cannot raise the index above about 140
 * bytes a key. Writes of one block that begin alike cost no more than to sort them.
 */
package dev.varve.ledger.commitment;

/**
 * The fallback log: pre-mapped, zero-filled segments that take a store's batches while the store
 * itself is slow or away, and give them back in order.
 *
 * <p>Entry type: {@link dev.varve.fallback.FallbackLog}; {@link dev.varve.fallback.LogInspector}
 * reads a folder without changing it. All files go through {@link dev.varve.fallback.io.FileIo}.
 *
 * <p>Numbers are little-endian. Checksums are CRC32C. "Salted" ones run over the eight bytes of the
 * segment's salt first: nobody who chooses payloads can put bytes into one that pass for an entry.
 *
 * <p>A folder:
 *
 * <pre>
 * FORMAT                          "forcedlog 1\n" or "volatilelog 1\n"
 * cursor                          8192 bytes: slots at 0 and 4096
 * segment-0000000007.log          rising numbers; a header of zeros: made ahead, empty
 * segment-0000000007.damaged.log  as above, with damaged bytes behind its entries
 * *.aside                         kept for people to look at, never read; not in the capacity
 * </pre>
 *
 * <p>A segment is a header, entries, a footer once it takes no more entries, and zeros to its end.
 * Each begins at a multiple of 8.
 *
 * <pre>
 * header     0 u32 magic "VSEG"     entry      0 u32 magic "VENT"
 *            4 u32 version = 1                 4 u32 salted checksum of 8..39
 *            8 u64 number in the name          8 u64 sequence
 *           16 u64 first sequence             16 u64 last sequence forced before this append
 *           24 u64 salt                       24 u32 payload bytes (n)
 *           32 zeros                          28 u32 keys (k)
 *           60 u32 checksum of 0..59          32 u32 checksum of the payload
 *                                             36 u32 checksum of the keys
 * footer     0 u32 magic "VFTR"               40 u64 hash, k times
 *            4 u32 salted checksum,         40+8k u32 offset into the payload, k times
 *                  8 to the end            40+12k payload, n bytes; zeros to a multiple of 8
 *            8 u64 last sequence
 *           16 u32 keys (k)         slot       0 u32 magic "VCUR"
 *           20 u32 entries                     4 u32 checksum of 8..31
 *           24 zeros                           8 u64 generation: the higher slot counts
 *           32 u64 mixed hash, rising, k times 16 u64 drained through
 *        32+8k u32 entry in the segment,      24 u64 first sequence a truncation under way
 *              u32 offset, k times                   removes, else 0
 * </pre>
 *
 * <p>A mixed hash is the finalizer of MurmurHash3 over hash XOR salt. Magic, version and checksum
 * of a segment header stay where they are in every version, so that an unknown one can be told from
 * a damaged one. A footer is written without a force and rebuilt from the entries when it is not
 * whole.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>Sequences rise by one through all segments. The first sequence in a segment's header makes
 *       void every entry from there on in segments of lower numbers.
 *   <li>A segment after whose force failed takes no further entry. A footer fits behind the entries
 *       of every segment.
 *   <li>Behind the last entry of the newest segment there are zeros: what else is found there at
 *       open is cut off, that is zeroed and forced, before the next append.
 *   <li>The cursor on disk is at most the true one; lowering it forces both slots.
 * </ul>
 *
 * <p>At open, by what stands where the walk over the entries ends:
 *
 * <ul>
 *   <li>zeros to the end, a footer, or the first entry the next segment makes void: whole;
 *   <li>anything else in the newest segment, when nothing proves that the entry there had been
 *       forced: the torn tail of an append that was never acknowledged; it is cut. A proof is a
 *       later entry that says it was appended after that force, a footer that counts the entry, or
 *       the cursor at or behind it. (Damage to the very last append cannot be told from a torn one;
 *       the owner of the log knows what it was answered.)
 *   <li>else damage: the log ends there, the file is renamed to {@code .damaged.log} and segments
 *       after it to {@code .aside}. If all that is damaged was drained, the log goes on behind it.
 * </ul>
 */
package dev.varve.fallback;

/**
 * The deterministic state machine: transactions in, results, state and app hash out.
 *
 * <p>Entry type: {@link dev.varve.ledger.Ledger}; {@link dev.varve.ledger.Transactions} makes the
 * bytes of transactions for clients.
 *
 * <h2>Transactions</h2>
 *
 * <pre>
 * transaction = text | envelope
 * text        = key "=" value        ; valid UTF-8 as a whole, split at the first "="
 * key         = 1*1024 byte          ; not beginning with 0x01, without "="
 * value       = *byte                ; up to the node's max_tx_bytes, may hold "="
 * envelope    = %x01 protobuf        ; varve.ledger.v1.Envelope, canonical
 * </pre>
 *
 * <p>A text puts its key. It may be included any number of times, as in CometBFT's kvstore. An
 * envelope has 1 to 10,000 operations, put or delete, with keys of 1 to 1,024 bytes of any value;
 * they are applied in order, all or none. Its {@code valid_until_height} is the last height whose
 * block may include it, at most 1,000 above that block's. Canonical: fields in the order of their
 * numbers, none twice, default values left out, shortest varints, no unknown field. So one content
 * has one hash, and a field of a later version is undecodable here: it comes with a new {@code
 * app_version} for all validators at once. Numbers 3 to 5 are kept for signer, nonce, signature.
 *
 * <p>All numbers above are constants of consensus and not configurable.
 *
 * <h2>Codes</h2>
 *
 * <p>Codespace {@code varve}. Every transaction wants and uses 1 gas.
 *
 * <table>
 * <caption>Codes of CheckTx and of results</caption>
 * <tr><td>0<td>applied, or fit for the mempool
 * <tr><td>1<td>undecodable: not in the grammar above
 * <tr><td>2<td>expired: {@code valid_until_height} is below the block's height
 * <tr><td>3<td>replayed: the same envelope was accepted before, in this block or an earlier one
 * <tr><td>4<td>too far ahead: {@code valid_until_height} is over 1,000 above the block's height
 * <tr><td>6<td>InsertTx alone: there is no application mempool
 * </table>
 *
 * <p>CheckTx judges by the height after the last durable one. Queries answer 0 ok, 1 bad request, 2
 * not found, 3 pruned, 4 unavailable, 5 corrupt.
 *
 * <p>Each operation gives one event {@code varve.write} with the attribute {@code key} (indexed;
 * the key's text, or 0x and hex digits where it is not UTF-8), a delete also {@code op=delete}.
 *
 * <h2>State</h2>
 *
 * <pre>
 * 0x00 key                                        a user's key: its value
 * 0x01 valid_until_height (8, big-endian) hash (32)  an accepted envelope: empty
 * </pre>
 *
 * <p>A block at height h that writes anything also deletes acceptances with {@code
 * valid_until_height} below h, lowest first, up to 256 and twice its own writes. A block without
 * writes changes no state and so not the app hash.
 *
 * <p>Acceptances are kept in memory, too, 32 bytes each and at most twice that for a moment: read
 * from state at start, changed with each committed block. They are no more than the envelopes that
 * any 1,001 blocks in a row accepted: what has expired goes in the next blocks with writes before
 * more can come. At 1,000 accepted envelopes a block and the longest validity that is 32 MB, beside
 * about 100 MB that the app hash takes for the same keys.
 *
 * <p>So CheckTx, Info and, after a start, FinalizeBlock read no store, and Commit writes alone:
 * none of them fails or waits because one cannot be read. The exception is a FinalizeBlock with
 * other content for a height that was finalized and not committed: the app hash is then read anew.
 *
 * <p>The first block's batch carries the genesis state, its keys in unsigned byte order before the
 * block's own writes, and in its meta {@code ledger.chain_id}, {@code ledger.initial_height},
 * {@code ledger.app_hash_scheme}, {@code ledger.app_hash_version} (text, numbers in decimal).
 * Genesis state is JSON; nothing, an empty text and {@code {}} are an empty state:
 *
 * <pre>
 * {"varve": {"app_hash": "scheme", "version": 1},
 *  "state": [{"key": "text", "value": "text"}, {"key_hex": "00ff", "value_hex": ""}]}
 * </pre>
 *
 * <h2>Rules that keep validators in agreement</h2>
 *
 * <ul>
 *   <li>No clock, random number, socket or file; nothing is read but the request and committed
 *       state; no order comes from a hash table; no float.
 *   <li>Writes of one block are ordered by the first write of their key; the last value wins.
 *   <li>The same FinalizeBlock gives the same answer again, also after a restart. One with other
 *       content before Commit begins from committed state.
 *   <li>No store decides a transaction's code: what codes depend on is in memory.
 *   <li>Logs name no text that a library or a locale made.
 * </ul>
 */
package dev.varve.ledger;

package dev.varve.ledger;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.RequestInitChain;
import dev.varve.ledger.commitment.StateCommitment;
import dev.varve.storage.StateWrite;
import dev.varve.storage.StorageEngine;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The state a chain begins with, held until the first block carries it into the store.
 *
 * @param chainId the chain's name
 * @param initialHeight the first block's height
 * @param writes the state's keys in unsigned byte order, written at the height before the first
 * @param appHash the commitment to these writes
 */
record Genesis(String chainId, long initialHeight, List<StateWrite> writes, ByteString appHash) {
  static final String META_CHAIN_ID = "ledger.chain_id";
  static final String META_INITIAL_HEIGHT = "ledger.initial_height";
  static final String META_SCHEME = "ledger.app_hash_scheme";
  static final String META_SCHEME_VERSION = "ledger.app_hash_version";

  /**
   * Reads the request.
   *
   * @throws IllegalArgumentException when the application state is not what this version reads; the
   *     message names the fault
   */
  static Genesis of(RequestInitChain request) {
    // A request without the field means height 1, as a genesis file without it does.
    long initialHeight = Math.max(1, request.getInitialHeight());
    SortedMap<ByteString, ByteString> state =
        new TreeMap<>(
            Comparator.comparing(ByteString::toByteArray, java.util.Arrays::compareUnsigned));
    GenesisParser.parse(request.getAppStateBytes(), state);
    List<StateWrite> writes = new ArrayList<>(state.size());
    state.forEach(
        (key, value) -> writes.add(new StateWrite(StateKeys.user(key), value, initialHeight - 1)));
    ByteString appHash = StateCommitment.empty().apply(initialHeight, writes).root();
    return new Genesis(request.getChainId(), initialHeight, List.copyOf(writes), appHash);
  }

  /** What the first block's batch says about the chain. */
  Map<String, ByteString> meta() {
    return Map.of(
        META_CHAIN_ID, ByteString.copyFromUtf8(chainId),
        META_INITIAL_HEIGHT, decimal(initialHeight),
        META_SCHEME, ByteString.copyFromUtf8(StateCommitment.SCHEME),
        META_SCHEME_VERSION, decimal(StateCommitment.VERSION));
  }

  /**
   * Refuses a store whose app hashes another scheme made.
   *
   * @throws IllegalStateException when the store holds blocks and names another scheme or version
   */
  static void requireSameScheme(StorageEngine engine) {
    requireMeta(engine, META_SCHEME, StateCommitment.SCHEME);
    requireMeta(engine, META_SCHEME_VERSION, Integer.toString(StateCommitment.VERSION));
  }

  private static void requireMeta(StorageEngine engine, String name, String wanted) {
    Optional<String> found = engine.meta(name).map(ByteString::toStringUtf8);
    if (!found.equals(Optional.of(wanted))) {
      throw new IllegalStateException(
          "the store has "
              + name
              + " "
              + found.orElse("(none)")
              + ", this version reads "
              + wanted);
    }
  }

  private static ByteString decimal(long number) {
    return ByteString.copyFromUtf8(Long.toString(number));
  }
}

package dev.varve.storage.pending;

import java.time.Duration;

/**
 * Settings of a {@link SqlPendingStore}.
 *
 * <p>Errors: {@link IllegalArgumentException} that names the setting, its value and what is
 * allowed.
 *
 * @param homeId of the gateway's home, which is locked while the store is open; 1 to 36 ASCII
 *     characters
 * @param chainId whose transactions these are; another chain's tables are refused. Empty where it
 *     is not known: then nothing is compared
 * @param boundBytes the most that the tables may take, those of all gateways together, as far as
 *     each knows; 1 or more
 * @param lease how long after its last sign of life a gateway's tasks are left to it; 500
 *     milliseconds or more. It is renewed five times as often, and sending ends a fifth before
 * @param feedKeep how long changes are kept that every gateway has seen, for one that lost its
 *     lease
 * @param feedKeepUnseen how long changes are kept that a gateway has not seen
 * @param rememberAtMost a committed task is forgotten after so long, whoever remembers it
 */
public record SqlPendingConfig(
    String homeId,
    String chainId,
    long boundBytes,
    Duration lease,
    Duration feedKeep,
    Duration feedKeepUnseen,
    Duration rememberAtMost) {
  private static final int MAX_HOME_ID = 36;
  private static final int MAX_CHAIN_ID = 255;

  public SqlPendingConfig {
    if (homeId.isEmpty() || homeId.length() > MAX_HOME_ID) {
      throw new IllegalArgumentException(
          "homeId is \"" + homeId + "\", allowed are 1 to 36 characters");
    }
    if (chainId.length() > MAX_CHAIN_ID) {
      throw new IllegalArgumentException(
          "chainId is \"" + chainId + "\", allowed are up to 255 characters");
    }
    require("boundBytes", boundBytes, 1);
    require("lease in ms", lease.toMillis(), 500);
    require("feedKeep in ms", feedKeep.toMillis(), 0);
    require("feedKeepUnseen in ms", feedKeepUnseen.toMillis(), feedKeep.toMillis());
    require("rememberAtMost in ms", rememberAtMost.toMillis(), 1);
  }

  /** 256 MiB; a lease of 10 seconds; 1 minute, 10 minutes and 48 hours. */
  public static SqlPendingConfig of(String homeId, String chainId) {
    return new SqlPendingConfig(
        homeId,
        chainId,
        256L << 20,
        Duration.ofSeconds(10),
        Duration.ofMinutes(1),
        Duration.ofMinutes(10),
        Duration.ofDays(2));
  }

  /** The same with another bound. */
  public SqlPendingConfig withBoundBytes(long bytes) {
    return new SqlPendingConfig(
        homeId, chainId, bytes, lease, feedKeep, feedKeepUnseen, rememberAtMost);
  }

  /** The same with another lease. */
  public SqlPendingConfig withLease(Duration time) {
    return new SqlPendingConfig(
        homeId, chainId, boundBytes, time, feedKeep, feedKeepUnseen, rememberAtMost);
  }

  /** The same with changes kept for another time, at least and at most. */
  public SqlPendingConfig withFeedKeep(Duration seen, Duration unseen) {
    return new SqlPendingConfig(homeId, chainId, boundBytes, lease, seen, unseen, rememberAtMost);
  }

  private static void require(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " is " + value + ", allowed is " + least + " up");
    }
  }
}

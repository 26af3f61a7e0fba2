package dev.varve.gateway;

import java.time.Duration;
import java.util.Objects;

/**
 * The gateway's bounds and periods.
 *
 * @param readWait how long a read waits for the follower to reach the chain's height before it asks
 *     the chain itself where a transaction stands
 */
public record GatewayConfig(Limits limits, Retries retries, Backup backup, Duration readWait) {
  public GatewayConfig {
    Objects.requireNonNull(limits, "limits");
    Objects.requireNonNull(retries, "retries");
    Objects.requireNonNull(backup, "backup");
    require("readWait", readWait.toNanos(), 1);
  }

  /** {@link Limits#defaults}, {@link Retries#defaults}, {@link Backup#defaults}, 1 second. */
  public static GatewayConfig defaults() {
    return new GatewayConfig(
        Limits.defaults(), Retries.defaults(), Backup.defaults(), Duration.ofSeconds(1));
  }

  public GatewayConfig withLimits(Limits other) {
    return new GatewayConfig(other, retries, backup, readWait);
  }

  public GatewayConfig withRetries(Retries other) {
    return new GatewayConfig(limits, other, backup, readWait);
  }

  public GatewayConfig withBackup(Backup other) {
    return new GatewayConfig(limits, retries, other, readWait);
  }

  public GatewayConfig withReadWait(Duration wait) {
    return new GatewayConfig(limits, retries, backup, wait);
  }

  /**
   * What is kept at most; more is refused.
   *
   * @param maxTasks pending tasks
   * @param maxPendingBytes bytes of the transactions of pending tasks, and of failed ones likewise
   * @param maxFailed failed tasks: with so many no new ones are accepted, so that none is dropped
   * @param maxTxBytes bytes of one transaction
   * @param maxUnderWay tasks sent and not in a block yet; below the node's mempool size, else that
   *     is what slows the sender down
   * @param maxListeners subscriptions at a time
   * @param listenerBuffer changes kept for a listener that does not keep up
   */
  public record Limits(
      int maxTasks,
      long maxPendingBytes,
      int maxFailed,
      int maxTxBytes,
      int maxUnderWay,
      int maxListeners,
      int listenerBuffer) {
    public Limits {
      require("maxTasks", maxTasks, 1);
      require("maxPendingBytes", maxPendingBytes, 1);
      require("maxFailed", maxFailed, 1);
      require("maxTxBytes", maxTxBytes, 1);
      require("maxUnderWay", maxUnderWay, 1);
      require("maxListeners", maxListeners, 0);
      require("listenerBuffer", listenerBuffer, 1);
    }

    /** 100,000 tasks, 64 MiB, 100,000 failed, 1 MiB; 4,000 under way; 1,000 listeners of 10,000. */
    public static Limits defaults() {
      return new Limits(100_000, 64L << 20, 100_000, 1 << 20, 4_000, 1_000, 10_000);
    }
  }

  /**
   * When a task is sent again.
   *
   * @param resendBlocks blocks without the task after which it is; twice as many each time that the
   *     node has its bytes in its cache already
   * @param resendAfter time without any block after which it is, too; costs no attempt
   * @param maxAttempts after so many the task has failed; an attempt counts that the node refused
   *     while the chain moved on, or that brought the task into none of {@code resendBlocks} blocks
   * @param minBackoff pause after the first failure, doubled with each, less up to half at random
   * @param maxBackoff the longest such pause
   */
  public record Retries(
      int resendBlocks,
      Duration resendAfter,
      int maxAttempts,
      Duration minBackoff,
      Duration maxBackoff) {
    public Retries {
      require("resendBlocks", resendBlocks, 1);
      require("resendAfter", resendAfter.toMillis(), 1);
      require("maxAttempts", maxAttempts, 1);
      require("minBackoff", minBackoff.toMillis(), 1);
      require("maxBackoff", maxBackoff.toMillis(), minBackoff.toMillis());
    }

    /** 10 blocks, 30 seconds, 20 attempts, 200 milliseconds to 30 seconds. */
    public static Retries defaults() {
      return new Retries(
          10, Duration.ofSeconds(30), 20, Duration.ofMillis(200), Duration.ofSeconds(30));
    }
  }

  /**
   * How the backup is written.
   *
   * @param groupTasks tasks that one write takes at most, unless one submission has more
   * @param groupBytes the same in bytes of transactions
   * @param deletePeriod how often committed tasks are deleted; zero for at once
   * @param remember how long a committed task is remembered for its idempotency key
   * @param maxRemembered committed tasks that are remembered at most, with a key or without
   * @param sharePeriod how often other gateways' changes are asked for; zero where nobody shares
   *     the store
   */
  public record Backup(
      int groupTasks,
      long groupBytes,
      Duration deletePeriod,
      Duration remember,
      int maxRemembered,
      Duration sharePeriod) {
    public Backup {
      require("groupTasks", groupTasks, 1);
      require("groupBytes", groupBytes, 1);
      require("deletePeriod", deletePeriod.toMillis(), 0);
      require("remember", remember.toMillis(), 0);
      require("maxRemembered", maxRemembered, 1);
      require("sharePeriod", sharePeriod.toMillis(), 0);
    }

    /** 2,000 tasks, 4 MiB, deleted at once, 24 hours, 100,000 remembered, not shared. */
    public static Backup defaults() {
      return new Backup(
          2_000, 4L << 20, Duration.ZERO, Duration.ofHours(24), 100_000, Duration.ZERO);
    }

    public Backup withDeletePeriod(Duration period) {
      return new Backup(groupTasks, groupBytes, period, remember, maxRemembered, sharePeriod);
    }

    /** For a store that several gateways share. */
    public Backup withSharePeriod(Duration period) {
      return new Backup(groupTasks, groupBytes, deletePeriod, remember, maxRemembered, period);
    }

    boolean isShared() {
      return !sharePeriod.isZero();
    }
  }

  private static void require(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " is " + value + ", allowed is " + least + " up");
    }
  }
}

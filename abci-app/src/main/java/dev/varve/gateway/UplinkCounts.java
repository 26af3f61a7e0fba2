package dev.varve.gateway;

/**
 * Steps of tasks that are over, counted since the gateway was opened; tasks of other gateways that
 * share the backup are not.
 *
 * @param committed tasks that came into a block
 * @param failed tasks that came onto the failed list
 * @param dropped tasks that were taken off, also those that were queued anew as another
 * @param retries times a task was queued again after it had been sent
 */
public record UplinkCounts(long committed, long failed, long dropped, long retries) {}

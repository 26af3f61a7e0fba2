package dev.varve.sharding;

import java.util.OptionalLong;

/**
 * What is known of one database server.
 *
 * @param up whether calls are let through to it
 * @param reason why it is down; empty while it is up
 * @param height highest block applied there as of the last look, which is at most a few seconds ago
 *     while it is up; empty before the first block and before the first look
 */
public record NodeHealth(boolean up, String reason, OptionalLong height) {}

package dev.varve.gateway;

import com.google.protobuf.ByteString;

/**
 * A task at one moment.
 *
 * @param durable whether its backup survives the process
 * @param acceptedMs milliseconds since 1970
 * @param attempts how often it was sent
 * @param height of its block, 0 while it is in none
 * @param index in its block
 * @param code that of its execution, 0 while it is in no block
 * @param reason why it failed, or what it waits for since its last attempt; may be empty
 */
public record TaskStatus(
    long id,
    ByteString hash,
    TaskState state,
    boolean durable,
    boolean ordered,
    long acceptedMs,
    int attempts,
    long height,
    int index,
    int code,
    String reason) {}

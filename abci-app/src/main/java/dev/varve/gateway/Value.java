package dev.varve.gateway;

import com.google.protobuf.ByteString;
import java.util.Optional;

/**
 * What a key has.
 *
 * @param value empty where the key does not exist, or is deleted by a pending task
 * @param height pending: the last committed height; committed: the height whose state was read
 * @param txHash pending: the task that writes it; else empty
 */
public record Value(Source source, Optional<ByteString> value, long height, ByteString txHash) {}

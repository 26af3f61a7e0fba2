package dev.varve.storage.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.RecordType;
import java.util.List;
import java.util.Optional;

/**
 * Where committed batches are copied so that reads find them without the disk: the memory store, or
 * its log while it is down. Threads: {@link #fill}, {@link #passOver} and {@link #clear} from one,
 * {@link #get} from any.
 */
interface FillTarget {
  /** Takes a batch; batches come in height order. */
  void fill(BlockBatch batch);

  /** Forgets at least these state keys, as the batch that wrote them is not filled. */
  void passOver(List<ByteString> keys);

  /** Forgets everything. */
  void clear();

  /** What is held under a key of {@code Keys.typed}; never older than the last batch filled. */
  <M extends MessageLite> Optional<M> get(RecordType type, byte[] typedKey, Parser<M> parser);
}

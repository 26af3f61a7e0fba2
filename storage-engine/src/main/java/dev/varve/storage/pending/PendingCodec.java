package dev.varve.storage.pending;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.varve.storage.CommittedTask;
import dev.varve.storage.PendingTask;
import dev.varve.storage.StorageException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The payload of a log entry, to and from its records; the bytes are drawn in the package
 * description. Equal records give equal bytes. Threads: any.
 */
final class PendingCodec {
  static final byte MAGIC = 'P';
  static final byte VERSION = 1;
  static final int HEADER_BYTES = 22;
  static final int RECORD_HEADER_BYTES = 9;

  private static final byte TASK = 1;
  private static final byte FAILURE = 2;
  private static final byte COMMITTED = 3;
  private static final byte DROPPED = 4;
  private static final byte FORGOTTEN = 5;

  private static final int ORDERED = 1;
  private static final int HASH_BYTES = 32;
  private static final int TASK_BYTES = RECORD_HEADER_BYTES + 8 + 1 + HASH_BYTES + 4 + 4;
  private static final int FAILURE_BYTES = RECORD_HEADER_BYTES + 8 + 4 + 4;
  private static final int COMMITTED_BYTES = RECORD_HEADER_BYTES + 8 + 8 + 4 + 4 + 4 + 4;

  private PendingCodec() {}

  /** What an entry says. */
  record Entry(long lastId, long followed, List<PendingRecord> records) {
    Entry {
      records = List.copyOf(records);
    }
  }

  /** Bytes that a record takes in a payload. */
  static long bytes(PendingRecord record) {
    if (record instanceof PendingRecord.Task task) {
      return (long) TASK_BYTES + utf8Bytes(task.task().idempotencyKey()) + task.task().tx().size();
    } else if (record instanceof PendingRecord.Failure failure) {
      return (long) FAILURE_BYTES + utf8Bytes(failure.reason());
    } else if (record instanceof PendingRecord.Committed committed) {
      CommittedTask task = committed.task();
      return (long) COMMITTED_BYTES + task.hash().size() + utf8Bytes(task.idempotencyKey());
    }
    return RECORD_HEADER_BYTES;
  }

  private static int utf8Bytes(String text) {
    return ByteString.copyFromUtf8(text).size();
  }

  /** The payload; its bytes together stay below 2 GiB, which is the caller's to see to. */
  static byte[] encode(Entry entry) {
    long bytes = HEADER_BYTES;
    for (PendingRecord each : entry.records()) {
      bytes += bytes(each);
    }
    ByteBuffer to = ByteBuffer.allocate(Math.toIntExact(bytes));
    to.put(MAGIC).put(VERSION).putLong(entry.lastId()).putLong(entry.followed());
    to.putInt(entry.records().size());
    entry.records().forEach(each -> encode(each, to));
    return to.array();
  }

  private static void encode(PendingRecord each, ByteBuffer to) {
    if (each instanceof PendingRecord.Task record) {
      PendingTask task = record.task();
      to.put(TASK).putLong(task.id()).putLong(task.acceptedMs());
      to.put((byte) (task.ordered() ? ORDERED : 0));
      task.hash().copyTo(to);
      putSized(ByteString.copyFromUtf8(task.idempotencyKey()), to);
      putSized(task.tx(), to);
    } else if (each instanceof PendingRecord.Failure failure) {
      to.put(FAILURE).putLong(failure.id()).putLong(failure.failedMs());
      to.putInt(failure.attempts());
      putSized(ByteString.copyFromUtf8(failure.reason()), to);
    } else if (each instanceof PendingRecord.Committed record) {
      CommittedTask task = record.task();
      to.put(COMMITTED).putLong(task.id()).putLong(task.committedMs()).putLong(task.height());
      to.putInt(task.index()).putInt(task.code());
      putSized(task.hash(), to);
      putSized(ByteString.copyFromUtf8(task.idempotencyKey()), to);
    } else {
      to.put(each instanceof PendingRecord.Dropped ? DROPPED : FORGOTTEN).putLong(each.id());
    }
  }

  private static void putSized(ByteString bytes, ByteBuffer to) {
    to.putInt(bytes.size());
    bytes.copyTo(to);
  }

  /**
   * What a payload says.
   *
   * @throws StorageException.Incompatible when another owner or another version wrote it
   * @throws StorageException.Corruption when its bytes are no records
   */
  static Entry decode(byte[] payload) {
    ByteBuffer from = ByteBuffer.wrap(payload);
    try {
      byte magic = from.get();
      byte version = from.get();
      if (magic != MAGIC || version != VERSION) {
        throw new StorageException.Incompatible(
            String.format(
                "a log entry of uplink tasks begins with %02x%02x, this one with %02x%02x",
                MAGIC, VERSION, magic, version));
      }
      long lastId = from.getLong();
      long followed = from.getLong();
      int count = from.getInt();
      List<PendingRecord> records = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        records.add(decode(from));
      }
      if (count < 0 || from.hasRemaining()) {
        throw corrupt(from.position(), "it says it has " + count + " records");
      }
      return new Entry(lastId, followed, records);
    } catch (BufferUnderflowException e) {
      throw corrupt(payload.length, "it ends too early");
    }
  }

  private static PendingRecord decode(ByteBuffer from) {
    int at = from.position();
    byte type = from.get();
    long id = from.getLong();
    return switch (type) {
      case TASK -> task(id, from);
      case FAILURE -> new PendingRecord.Failure(id, from.getLong(), from.getInt(), text(from));
      case COMMITTED -> committed(id, from);
      case DROPPED -> new PendingRecord.Dropped(id);
      case FORGOTTEN -> new PendingRecord.Forgotten(id);
      default -> throw corrupt(at, "there is no record type " + type);
    };
  }

  private static PendingRecord task(long id, ByteBuffer from) {
    long acceptedMs = from.getLong();
    int at = from.position();
    byte flags = from.get();
    if ((flags & ~ORDERED) != 0) {
      throw corrupt(at, "a task has unknown flags " + flags);
    }
    ByteString hash = bytes(HASH_BYTES, from);
    String key = text(from);
    ByteString tx = bytes(from.getInt(), from);
    return new PendingRecord.Task(new PendingTask(id, hash, tx, flags == ORDERED, key, acceptedMs));
  }

  private static PendingRecord committed(long id, ByteBuffer from) {
    long committedMs = from.getLong();
    long height = from.getLong();
    int index = from.getInt();
    int code = from.getInt();
    ByteString hash = bytes(from.getInt(), from);
    return new PendingRecord.Committed(
        new CommittedTask(id, hash, text(from), height, index, code, committedMs));
  }

  private static ByteString bytes(int length, ByteBuffer from) {
    if (length < 0 || length > from.remaining()) {
      throw corrupt(from.position(), length + " bytes are to follow, of " + from.remaining());
    }
    return ByteString.copyFrom(from, length);
  }

  private static String text(ByteBuffer from) {
    int at = from.position();
    ByteString bytes = bytes(from.getInt(), from);
    if (!bytes.isValidUtf8()) {
      throw corrupt(at, "a text is not UTF-8");
    }
    return bytes.toString(UTF_8);
  }

  private static StorageException.Corruption corrupt(int at, String what) {
    return new StorageException.Corruption(
        "log entry of uplink tasks: at byte " + at + " of its payload " + what, null);
  }
}

package dev.varve.storage.pending;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.varve.storage.CommittedTask;
import dev.varve.storage.FailedTask;
import dev.varve.storage.PendingTask;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** The checksums of rows of {@code uplink_tasks}, as the package description has them. */
final class TaskChecksums {
  private TaskChecksums() {}

  static int accepted(PendingTask task) {
    CRC32C crc = new CRC32C();
    add(crc, task.id());
    add(crc, task.acceptedMs());
    add(crc, task.ordered() ? 1 : 0);
    add(crc, task.hash());
    add(crc, ByteString.copyFrom(task.idempotencyKey(), UTF_8));
    add(crc, task.tx());
    return (int) crc.getValue();
  }

  /** Beside that of the task as it was accepted. */
  static int failed(FailedTask failed) {
    CRC32C crc = new CRC32C();
    add(crc, failed.task().id());
    add(crc, failed.failedMs());
    add(crc, failed.attempts());
    add(crc, ByteString.copyFrom(failed.reason(), UTF_8));
    return (int) crc.getValue();
  }

  static int committed(CommittedTask task) {
    CRC32C crc = new CRC32C();
    add(crc, task.id());
    add(crc, task.committedMs());
    add(crc, task.height());
    add(crc, task.index());
    add(crc, task.code());
    add(crc, task.hash());
    add(crc, ByteString.copyFrom(task.idempotencyKey(), UTF_8));
    return (int) crc.getValue();
  }

  private static void add(CRC32C crc, long number) {
    crc.update(ByteBuffer.allocate(Long.BYTES).putLong(number).flip());
  }

  private static void add(CRC32C crc, ByteString bytes) {
    add(crc, bytes.size());
    for (ByteBuffer part : bytes.asReadOnlyByteBufferList()) {
      crc.update(part);
    }
  }
}

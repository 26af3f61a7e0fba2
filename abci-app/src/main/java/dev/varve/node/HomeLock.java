package dev.varve.node;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Keeps a second process out of a home. The system lets go of the lock when the process ends,
 * however it ends; the file stays.
 */
public final class HomeLock implements AutoCloseable {
  /** More than a process id and an address take. */
  private static final int MAX_BYTES = 512;

  private final FileChannel channel;

  /**
   * Who has a home locked.
   *
   * @param pid its process id, or "unknown"
   * @param http where it serves its status, HOST:PORT; empty where it does not
   */
  public record Owner(String pid, Optional<String> http) {
    @Override
    public String toString() {
      return pid;
    }
  }

  private HomeLock(FileChannel channel) {
    this.channel = channel;
  }

  /** As the other, for a process that serves nothing. */
  public static HomeLock acquire(Path file) {
    return acquire(file, Optional.empty());
  }

  /**
   * Locks the file.
   *
   * @param http where the process will serve its status
   * @throws NodeException when a process has it locked, which the message names, or on I/O errors
   */
  static HomeLock acquire(Path file, Optional<String> http) {
    try {
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (!lock(channel)) {
        Owner owner = read(channel);
        channel.close();
        throw new NodeException(file.getParent() + " is in use by process " + owner);
      }
      String owner = ProcessHandle.current().pid() + http.map(address -> " " + address).orElse("");
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(owner.getBytes(StandardCharsets.US_ASCII)), 0);
      return new HomeLock(channel);
    } catch (IOException e) {
      throw new NodeException("cannot lock " + NodeHome.reason(e), e);
    }
  }

  /**
   * The process that has the file locked; empty when nobody has.
   *
   * @throws NodeException on I/O errors
   */
  public static Optional<Owner> owner(Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return lock(channel) ? Optional.empty() : Optional.of(read(channel));
    } catch (IOException e) {
      throw new NodeException("cannot look at lock " + NodeHome.reason(e), e);
    }
  }

  private static boolean lock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static Owner read(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);
    channel.read(bytes, 0);
    String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII).strip();
    int space = text.indexOf(' ');
    if (space < 0) {
      return new Owner(text.isEmpty() ? "unknown" : text, Optional.empty());
    }
    return new Owner(text.substring(0, space), Optional.of(text.substring(space + 1)));
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new NodeException("cannot unlock a home: " + e.getMessage(), e);
    }
  }
}

package dev.varve.fallback.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** The operating system's files. */
public final class RealFileIo implements FileIo {
  private final AtomicLong forces = new AtomicLong();

  @Override
  public void createDirectories(Path folder) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    Path next = folder.toAbsolutePath();
    while (next != null && Files.notExists(next)) {
      missing.push(next);
      next = next.getParent();
    }
    Files.createDirectories(folder);
    for (Path created : missing) {
      forceFolderOf(created);
    }
  }

  @Override
  public void replace(Path file, byte[] bytes) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer left = ByteBuffer.wrap(bytes);
      while (left.hasRemaining()) {
        channel.write(left);
      }
      force(channel);
    }
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    forceFolderOf(file);
  }

  @Override
  public Optional<byte[]> read(Path file) throws IOException {
    try {
      return Optional.of(Files.readAllBytes(file));
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    }
  }

  @Override
  public long forces() {
    return forces.get();
  }

  private void forceFolderOf(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      return;
    }
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      force(channel);
    }
  }

  private void force(FileChannel channel) throws IOException {
    channel.force(true);
    forces.incrementAndGet();
  }
}

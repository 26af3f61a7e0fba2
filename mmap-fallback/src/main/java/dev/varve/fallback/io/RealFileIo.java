package dev.varve.fallback.io;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.MappedByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * The operating system's files.
 *
 * <p>It writes through {@link RandomAccessFile} and forces folders through {@link
 * AsynchronousFileChannel}, in the calling thread: neither closes the file when that thread is
 * interrupted, as a {@link FileChannel} does.
 */
public final class RealFileIo implements FileIo {
  // The page cache keeps what is written in one call in pieces of up to that size, and a store into
  // a map makes its whole piece dirty: with 1 MiB each force writes about twice what it must.
  private static final int CHUNK_BYTES = 1 << 16;
  // Zeros are forced as they are written: a whole file of them at once would keep the disk from
  // whoever forces something else meanwhile.
  private static final int BYTES_PER_FORCE = 1 << 20;

  private final AtomicLong forces = new AtomicLong();
  private final Unmapper unmapper = new Unmapper();

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
    try (RandomAccessFile out = new RandomAccessFile(temporary.toFile(), "rw")) {
      out.setLength(0);
      out.write(bytes);
      force(out);
    } catch (IOException e) {
      throw explained(temporary, bytes.length, e);
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
  public MappedFile create(Path file, int bytes, boolean force) throws IOException {
    if (Files.exists(file)) {
      throw new FileAlreadyExistsException(file.toString());
    }
    try {
      writeZeros(file, bytes, force);
      if (force) {
        forceFolderOf(file);
      }
      return map(file, true);
    } catch (IOException e) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException alsoFailed) {
        e.addSuppressed(alsoFailed);
      }
      throw e;
    }
  }

  private void writeZeros(Path file, int bytes, boolean force) throws IOException {
    byte[] zeros = new byte[Math.min(bytes, CHUNK_BYTES)];
    int left = bytes;
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      while (left > 0) {
        int length = Math.min(left, zeros.length);
        out.write(zeros, 0, length);
        left -= length;
        if (force && (left == 0 || (bytes - left) % BYTES_PER_FORCE == 0)) {
          force(out);
        }
      }
    } catch (IOException e) {
      throw explained(file, left, e);
    }
  }

  @Override
  public MappedFile map(Path file, boolean writable) throws IOException {
    long bytes = Files.size(file);
    if (bytes == 0 || bytes > Integer.MAX_VALUE) {
      throw new IOException(
          file + " cannot be mapped: it has " + bytes + " bytes, 1 to 2^31-1 can");
    }
    return new RealMappedFile(file, mapUninterrupted(file, bytes, writable), unmapper, forces);
  }

  /** Mapping an interrupted thread's channel closes it; nothing has happened then: again. */
  private static MappedByteBuffer mapUninterrupted(Path file, long bytes, boolean writable)
      throws IOException {
    Set<OpenOption> options =
        writable
            ? Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE)
            : Set.of(StandardOpenOption.READ);
    FileChannel.MapMode mode =
        writable ? FileChannel.MapMode.READ_WRITE : FileChannel.MapMode.READ_ONLY;
    boolean interrupted = false;
    try {
      while (true) {
        interrupted |= Thread.interrupted();
        try (FileChannel channel = FileChannel.open(file, options)) {
          return channel.map(mode, 0, bytes);
        } catch (ClosedByInterruptException again) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    forceFolderOf(to);
  }

  @Override
  public void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
  }

  @Override
  public void forceFolder(Path folder) throws IOException {
    forces.incrementAndGet();
    try (AsynchronousFileChannel channel =
        AsynchronousFileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  @Override
  public long freeBytes(Path folder) throws IOException {
    return Files.getFileStore(folder).getUsableSpace();
  }

  @Override
  public long forces() {
    return forces.get();
  }

  private void forceFolderOf(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      forceFolder(folder);
    }
  }

  private void force(RandomAccessFile file) throws IOException {
    forces.incrementAndGet();
    file.getFD().sync();
  }

  /** The system's words for a full disk depend on its language: what is free is looked at too. */
  private static IOException explained(Path file, long bytesLeft, IOException e) {
    boolean full = String.valueOf(e.getMessage()).contains("No space left");
    try {
      Path folder = file.toAbsolutePath().getParent();
      full |= folder != null && Files.getFileStore(folder).getUsableSpace() < bytesLeft;
    } catch (IOException unknown) {
      e.addSuppressed(unknown);
    }
    return full ? new NoSpaceException(file, e) : e;
  }
}

package dev.varve.fallback.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * A file seam whose calls can be counted, failed and held.
 *
 * <p>Threads: any; faults are asked for in the calling thread, before the call is made.
 */
public final class FaultyFileIo implements FileIo {
  /** Kinds of calls; those of a map's {@code force} are {@link #FORCE}. */
  public enum Call {
    CREATE_DIRECTORIES,
    REPLACE,
    READ,
    CREATE,
    MAP,
    RENAME,
    DELETE,
    FORCE_FOLDER,
    LIST,
    FREE_BYTES,
    FORCE
  }

  /** Decides what becomes of a call: throws to fail it, waits to hold it, returns to let it be. */
  @FunctionalInterface
  public interface Fault {
    void before(Call call, Path file) throws IOException;
  }

  private final FileIo real;
  private final Map<Call, LongAdder> counts = new EnumMap<>(Call.class);
  private volatile Fault fault = (call, file) -> {};

  public FaultyFileIo(FileIo real) {
    this.real = real;
    for (Call call : Call.values()) {
      counts.put(call, new LongAdder());
    }
  }

  /** Replaces the fault there was. */
  public void setFault(Fault fault) {
    this.fault = fault;
  }

  /** No faults from now on. */
  public void heal() {
    fault = (call, file) -> {};
  }

  /** Fails the n-th call of a kind from now on, counted from 1, and no other. */
  public void failNth(Call kind, long n, boolean diskFull) {
    AtomicLong left = new AtomicLong(n);
    fault =
        (call, file) -> {
          if (call == kind && left.decrementAndGet() == 0) {
            throw failure(file, diskFull);
          }
        };
  }

  /** Fails the n-th call from now on whatever its kind, counted from 1. */
  public void failNth(long n, boolean diskFull) {
    AtomicLong left = new AtomicLong(n);
    fault =
        (call, file) -> {
          if (left.decrementAndGet() == 0) {
            throw failure(file, diskFull);
          }
        };
  }

  /** Fails every call of a kind until {@link #heal}. */
  public void failAll(Call kind, boolean diskFull) {
    fault =
        (call, file) -> {
          if (call == kind) {
            throw failure(file, diskFull);
          }
        };
  }

  /** What the operating system says to a full or a broken disk. */
  public static IOException failure(Path file, boolean diskFull) {
    IOException error = new IOException(file + ": Input/output error (made by the test)");
    return diskFull ? new NoSpaceException(file, error) : error;
  }

  /** How many calls of a kind there have been. */
  public long calls(Call kind) {
    return counts.get(kind).sum();
  }

  private void before(Call call, Path file) throws IOException {
    counts.get(call).increment();
    fault.before(call, file);
  }

  @Override
  public void createDirectories(Path folder) throws IOException {
    before(Call.CREATE_DIRECTORIES, folder);
    real.createDirectories(folder);
  }

  @Override
  public void replace(Path file, byte[] bytes) throws IOException {
    before(Call.REPLACE, file);
    real.replace(file, bytes);
  }

  @Override
  public Optional<byte[]> read(Path file) throws IOException {
    before(Call.READ, file);
    return real.read(file);
  }

  @Override
  public MappedFile create(Path file, int bytes, boolean force) throws IOException {
    before(Call.CREATE, file);
    return new Mapped(real.create(file, bytes, force));
  }

  @Override
  public MappedFile map(Path file, boolean writable) throws IOException {
    before(Call.MAP, file);
    return new Mapped(real.map(file, writable));
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    before(Call.RENAME, from);
    real.rename(from, to);
  }

  @Override
  public void delete(Path file) throws IOException {
    before(Call.DELETE, file);
    real.delete(file);
  }

  @Override
  public void forceFolder(Path folder) throws IOException {
    before(Call.FORCE_FOLDER, folder);
    real.forceFolder(folder);
  }

  @Override
  public List<Path> list(Path folder) throws IOException {
    before(Call.LIST, folder);
    return real.list(folder);
  }

  @Override
  public long freeBytes(Path folder) throws IOException {
    before(Call.FREE_BYTES, folder);
    return real.freeBytes(folder);
  }

  @Override
  public long forces() {
    return real.forces();
  }

  private final class Mapped implements MappedFile {
    private final MappedFile file;

    Mapped(MappedFile file) {
      this.file = file;
    }

    @Override
    public Path file() {
      return file.file();
    }

    @Override
    public ByteBuffer bytes() {
      return file.bytes();
    }

    @Override
    public void force(int offset, int length) throws IOException {
      before(Call.FORCE, file.file());
      file.force(offset, length);
    }

    @Override
    public void rewrite(int offset, int length) {
      file.rewrite(offset, length);
    }

    @Override
    public void close() {
      file.close();
    }
  }
}

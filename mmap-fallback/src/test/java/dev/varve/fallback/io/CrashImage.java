package dev.varve.fallback.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * Real files of one folder, of which it knows what would be left after the power failed.
 *
 * <p>Fault model: of bytes that were not forced any choice of whole 4 KiB pages survives; of names
 * that were created, renamed or deleted since the folder was last forced the first few, in order; a
 * failed force ({@link #forceFailed}) drops the pages it was to write until they change again.
 * Folders, and files written by {@code replace}, are durable at once.
 *
 * <p>Threads: any, one call at a time.
 */
public final class CrashImage implements FileIo {
  private static final int PAGE_BYTES = 4096;

  private final RealFileIo real = new RealFileIo();
  private final Map<Path, Node> names = new TreeMap<>();
  private final Map<Path, Node> durableNames = new TreeMap<>();
  private final List<Change> changes = new ArrayList<>();

  /** A file apart from its name. */
  private static final class Node {
    Path path;
    byte[] forced = new byte[0];
    byte[] atFailure;
    byte[] whenDeleted;

    byte[] now() throws IOException {
      return whenDeleted != null ? whenDeleted : Files.readAllBytes(path);
    }

    /** Takes over the pages of a range, but not those a failed force dropped. */
    void force(int from, int to) throws IOException {
      byte[] now = now();
      forced = Arrays.copyOf(forced, now.length);
      for (int page = from / PAGE_BYTES * PAGE_BYTES; page < to; page += PAGE_BYTES) {
        int end = Math.min(page + PAGE_BYTES, now.length);
        if (atFailure == null || !Arrays.equals(atFailure, page, end, now, page, end)) {
          System.arraycopy(now, page, forced, page, end - page);
        }
      }
    }

    /** The next force takes the pages of a range, whatever happened before. */
    void rewritten(int from, int to) {
      for (int at = from / PAGE_BYTES * PAGE_BYTES; atFailure != null && at < to; at++) {
        atFailure[at] = (byte) ~atFailure[at];
      }
    }
  }

  /** A name set to a file, or to nothing. */
  private record Change(Path name, Node node) {}

  /**
   * Writes the folder as it might look after a power failure at this moment; {@code random} decides
   * what survived.
   */
  public synchronized void capture(Path folder, Path image, Random random) throws IOException {
    Map<Path, Node> survived = new TreeMap<>(durableNames);
    for (Change change : changes.subList(0, random.nextInt(changes.size() + 1))) {
      apply(survived, change);
    }
    long seed = random.nextLong(); // a file's fate does not hang on which other files there are
    Files.createDirectories(image);
    for (Map.Entry<Path, Node> file : survived.entrySet()) {
      if (file.getKey().startsWith(folder)) {
        Path copy = image.resolve(folder.relativize(file.getKey()).toString());
        Files.createDirectories(copy.getParent());
        Random own = new Random(seed ^ copy.getFileName().toString().hashCode());
        Files.write(copy, survivors(file.getValue(), own));
      }
    }
  }

  private static byte[] survivors(Node node, Random random) throws IOException {
    byte[] now = node.now();
    byte[] image = Arrays.copyOf(node.forced, now.length);
    int survivingOf4 = random.nextInt(5);
    for (int page = 0; page < now.length; page += PAGE_BYTES) {
      int end = Math.min(page + PAGE_BYTES, now.length);
      if (random.nextInt(4) < survivingOf4) {
        System.arraycopy(now, page, image, page, end - page);
      }
    }
    return image;
  }

  /** Says that a force of this file was answered with an error: its dirty pages are lost. */
  public synchronized void forceFailed(Path file) throws IOException {
    Node node = names.get(file);
    if (node != null) {
      node.atFailure = node.now();
    }
  }

  private static void apply(Map<Path, Node> to, Change change) {
    if (change.node == null) {
      to.remove(change.name);
    } else {
      to.put(change.name, change.node);
    }
  }

  private void change(Path name, Node node) {
    Change change = new Change(name, node);
    changes.add(change);
    apply(names, change);
  }

  /** Takes over what lies in a folder as durable: to go on with an image. */
  public synchronized void adopt(Path folder) throws IOException {
    for (Path file : real.list(folder)) {
      Node node = new Node();
      node.path = file;
      node.forced = Files.readAllBytes(file);
      names.put(file, node);
      durableNames.put(file, node);
    }
  }

  @Override
  public synchronized void createDirectories(Path folder) throws IOException {
    real.createDirectories(folder);
  }

  @Override
  public synchronized void replace(Path file, byte[] bytes) throws IOException {
    real.replace(file, bytes);
    Node node = new Node();
    node.path = file;
    node.forced = bytes.clone();
    change(file, node);
    forceNames();
  }

  @Override
  public synchronized Optional<byte[]> read(Path file) throws IOException {
    return real.read(file);
  }

  @Override
  public synchronized MappedFile create(Path file, int bytes, boolean force) throws IOException {
    MappedFile map = real.create(file, bytes, force);
    Node node = new Node();
    node.path = file;
    change(file, node);
    if (force) {
      node.force(0, bytes);
      forceNames();
    }
    return new Mapped(map, node);
  }

  @Override
  public synchronized MappedFile map(Path file, boolean writable) throws IOException {
    return new Mapped(real.map(file, writable), names.get(file));
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    Node node = names.get(from);
    real.rename(from, to);
    node.path = to;
    change(from, null);
    change(to, node);
    forceNames();
  }

  @Override
  public synchronized void delete(Path file) throws IOException {
    Node node = names.get(file);
    if (node != null) {
      node.whenDeleted = node.now();
      change(file, null);
    }
    real.delete(file);
  }

  @Override
  public synchronized void forceFolder(Path folder) throws IOException {
    real.forceFolder(folder);
    forceNames();
  }

  private void forceNames() {
    changes.forEach(change -> apply(durableNames, change));
    changes.clear();
  }

  @Override
  public synchronized List<Path> list(Path folder) throws IOException {
    return real.list(folder);
  }

  @Override
  public long freeBytes(Path folder) throws IOException {
    return real.freeBytes(folder);
  }

  @Override
  public long forces() {
    return real.forces();
  }

  private final class Mapped implements MappedFile {
    private final MappedFile file;
    private final Node node;

    Mapped(MappedFile file, Node node) {
      this.file = file;
      this.node = node;
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
      synchronized (CrashImage.this) {
        file.force(offset, length);
        node.force(offset, offset + length);
      }
    }

    @Override
    public void rewrite(int offset, int length) {
      synchronized (CrashImage.this) {
        file.rewrite(offset, length);
        node.rewritten(offset, offset + length);
      }
    }

    @Override
    public void close() {
      file.close();
    }
  }
}

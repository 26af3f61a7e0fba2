package dev.varve.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.varve.fallback.io.FileIo;
import dev.varve.fallback.io.RealFileIo;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;

/**
 * The folder of one node: see the package for what lies in it.
 *
 * @param path absolute
 */
public record NodeHome(Path path) {
  /** The layout this program reads and writes. */
  static final int FORMAT = 1;

  private static final String FORMAT_PREFIX = "varve-home ";

  public NodeHome {
    path = path.toAbsolutePath().normalize();
  }

  /** The settings. */
  public Path configFile() {
    return path.resolve("varve.toml");
  }

  /** Held locked while a node runs here; its text is the process id. */
  public Path lockFile() {
    return path.resolve("LOCK");
  }

  /** The home of the CometBFT node beside this one, where there is one. */
  public Path cometHome() {
    return path.resolve("comet");
  }

  /**
   * What tells this home from others to what it shares with them; made when first asked for.
   *
   * @throws NodeException when it cannot be read or written
   */
  String id() {
    Path file = path.resolve("ID");
    FileIo files = new RealFileIo();
    try {
      if (files.read(file).isEmpty()) {
        files.replace(file, (UUID.randomUUID() + "\n").getBytes(UTF_8));
      }
      String id = Files.readString(file).strip();
      if (!id.matches("[0-9a-f-]{36}")) {
        throw new NodeException(file + " holds \"" + id + "\", a UUID is due there");
      }
      return id;
    } catch (IOException e) {
      throw new NodeException("cannot use " + reason(e), e);
    }
  }

  /**
   * Makes this the home that an id names, if it has none so far.
   *
   * @throws NodeException when it has another one
   */
  void adoptId(String id) {
    Path file = path.resolve("ID");
    FileIo files = new RealFileIo();
    try {
      if (files.read(file).isEmpty()) {
        files.replace(file, (id + "\n").getBytes(UTF_8));
      }
    } catch (IOException e) {
      throw new NodeException("cannot use " + reason(e), e);
    }
    if (!id().equals(id)) {
      throw new NodeException(
          "the databases belong to home " + id + ", " + path + " is home " + id());
    }
  }

  Path formatFile() {
    return path.resolve("FORMAT");
  }

  /** Whether {@code varve init} was here. */
  public boolean exists() {
    return Files.exists(configFile());
  }

  /**
   * Makes the folder, its settings and its format marker.
   *
   * @param settings values that differ from the defaults, by name such as {@code abci.address}
   * @throws NodeException when the home exists or cannot be written
   */
  public void create(Map<String, String> settings) {
    if (exists()) {
      throw new NodeException(path + " is a home already");
    }
    try {
      Files.createDirectories(path);
      Files.writeString(formatFile(), FORMAT_PREFIX + FORMAT + "\n");
      Files.writeString(configFile(), NodeConfig.template(settings));
    } catch (IOException e) {
      throw new NodeException("cannot write to " + path + ": " + reason(e), e);
    }
  }

  /**
   * Checks that this program can read the home.
   *
   * @throws NodeException when the folder is no home or of another format
   */
  public void requireFormat() {
    if (!exists()) {
      throw new ConfigException(
          "no " + configFile() + ": this is not a home; make one with varve init --home " + path);
    }
    String text;
    try {
      text = Files.readString(formatFile()).strip();
    } catch (IOException e) {
      throw new NodeException("cannot read the format marker " + reason(e), e);
    }
    if (!text.equals(FORMAT_PREFIX + FORMAT)) {
      throw new NodeException(
          formatFile()
              + " says \""
              + text
              + "\"; this program reads \""
              + FORMAT_PREFIX
              + FORMAT
              + "\" only");
    }
  }

  /** The file and what went wrong, without Java's class names. */
  static String reason(IOException e) {
    return e instanceof FileSystemException file && file.getFile() != null
        ? file.getFile() + ": " + words(e)
        : words(e);
  }

  /** What went wrong with a file, without its name and without Java's class names. */
  public static String words(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof NoSuchFileException) {
      return "no such file";
    }
    if (e instanceof FileAlreadyExistsException) {
      return "a file of that name is in the way";
    }
    if (e instanceof NotDirectoryException) {
      return "is not a folder";
    }
    if (e instanceof CharacterCodingException) {
      return "is not UTF-8 text";
    }
    String text = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
    return text == null ? "the system gives no reason" : text;
  }
}

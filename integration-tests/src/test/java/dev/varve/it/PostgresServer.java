package dev.varve.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.varve.fallback.io.FileTrees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A PostgreSQL server of Debian's package for CometBFT's event sink, in a folder of its own on
 * 127.0.0.1. Ended and removed with close. For one thread.
 */
final class PostgresServer implements AutoCloseable {
  private static final Path INSTALLED = Path.of("/usr/lib/postgresql");
  private static final String USER = "postgres";
  private static final int LIMIT_SECONDS = 60;

  private final Path programs;
  private final Path folder;
  private final int port;
  private Process process;

  private PostgresServer(Path programs, Path folder, int port) {
    this.programs = programs;
    this.folder = folder;
    this.port = port;
  }

  /** Where the newest one is installed. */
  static Optional<Path> find() {
    if (!Files.isDirectory(INSTALLED)) {
      return Optional.empty();
    }
    try (Stream<Path> versions = Files.list(INSTALLED)) {
      return versions
          .map(version -> version.resolve("bin"))
          .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
          .max(Path::compareTo);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  static PostgresServer start(int port) throws IOException, InterruptedException {
    Path programs = find().orElseThrow();
    Path folder = Files.createTempDirectory("varve-pg");
    PostgresServer server = new PostgresServer(programs, folder, port);
    try {
      if (isRoot()) {
        run(List.of("chown", USER, folder.toString()), "");
      }
      String data = folder.resolve("data").toString();
      run(server.command("initdb", "-D", data, "-A", "trust", "-U", USER, "-E", "UTF8"), "");
      server.launch(data);
      return server;
    } catch (IOException | InterruptedException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /** It does not run as root. */
  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private List<String> command(String program, String... arguments) {
    List<String> command = new ArrayList<>();
    if (isRoot()) {
      command.addAll(List.of("setpriv", "--reuid", USER, "--regid", USER, "--clear-groups"));
    }
    command.add(programs.resolve(program).toString());
    command.addAll(List.of(arguments));
    return command;
  }

  private void launch(String data) throws IOException, InterruptedException {
    String number = Integer.toString(port);
    process =
        new ProcessBuilder(
                command(
                    "postgres",
                    "-D",
                    data,
                    "-p",
                    number,
                    "-h",
                    "127.0.0.1",
                    "-k",
                    folder.toString()))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolveSibling(folder.getFileName() + ".log").toFile())
            .start();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (true) {
      try {
        query("postgres", "SELECT 1");
        return;
      } catch (IOException e) {
        if (!process.isAlive() || System.nanoTime() > end) {
          throw new IOException("PostgreSQL does not answer at port " + port, e);
        }
        Thread.sleep(50);
      }
    }
  }

  /** URL for CometBFT's setting {@code psql-conn}. */
  String url(String database) {
    return "postgresql://" + USER + "@127.0.0.1:" + port + "/" + database + "?sslmode=disable";
  }

  /** Runs statements, which may be many; the rows of the last: tab-separated, NULL as \N. */
  List<String> query(String database, String sql) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(programs.resolve("psql").toString(), "-X", "-q", "-At", "-F", "\t"));
    command.addAll(List.of("-P", "null=\\N", "-v", "ON_ERROR_STOP=1", "-d", url(database)));
    String out = run(command, sql);
    return out.isEmpty() ? List.of() : List.of(out.split("\n", -1));
  }

  private static String run(List<String> command, String input)
      throws IOException, InterruptedException {
    Path in = Files.createTempFile("varve-pg", ".in");
    Path out = Files.createTempFile("varve-pg", ".out");
    Path err = Files.createTempFile("varve-pg", ".err");
    try {
      Files.writeString(in, input);
      Process process =
          new ProcessBuilder(command)
              .redirectInput(in.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException(command + " took more than " + LIMIT_SECONDS + " s");
      }
      if (process.exitValue() != 0) {
        throw new IOException(command + ": " + Files.readString(err, UTF_8));
      }
      return Files.readString(out, UTF_8).stripTrailing();
    } finally {
      Files.delete(in);
      Files.delete(out);
      Files.delete(err);
    }
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly();
      process.onExit().orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
    }
    try {
      FileTrees.delete(folder);
      Files.deleteIfExists(folder.resolveSibling(folder.getFileName() + ".log"));
    } catch (IOException e) {
      // Left behind among temporary files: no fault of what was tested.
    }
  }
}

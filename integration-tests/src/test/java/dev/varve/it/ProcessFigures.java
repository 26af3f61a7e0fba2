package dev.varve.it;

import dev.varve.storage.EngineStatus;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The most that this process took of everything that must be bounded. Linux; threads: one. */
final class ProcessFigures {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path FILES = Path.of("/proc/self/fd");

  private final Map<String, Long> highest = new LinkedHashMap<>();

  /** Looks once. */
  void look(EngineStatus engine) throws IOException {
    most("memory_bytes", engine.memory().bytes());
    most("log_bytes", engine.logBytes());
    most("lag_blocks", engine.height() - engine.diskHeight());
    most("heap_bytes", ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    most("threads", ManagementFactory.getThreadMXBean().getThreadCount());
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      if (pool.getName().equals("direct")) {
        most("direct_bytes", pool.getMemoryUsed());
      }
    }
    try (Stream<Path> files = Files.list(FILES)) {
      most("open_files", files.count());
    }
    for (String line : Files.readAllLines(STATUS)) {
      if (line.startsWith("RssAnon:")) {
        most("anonymous_bytes", 1024 * Long.parseLong(line.replaceAll("\\D", "")));
      }
    }
  }

  void most(String name, long value) {
    highest.merge(name, value, Math::max);
  }

  /** {@code name=value}, space-separated. */
  @Override
  public String toString() {
    return highest.entrySet().stream()
        .map(figure -> figure.getKey() + "=" + figure.getValue())
        .collect(Collectors.joining(" "));
  }
}

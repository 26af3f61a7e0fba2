package dev.varve.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which tasks a command is about. */
final class UplinkTasks {
  @ArgGroup(multiplicity = "1")
  private Which which;

  /** One of the two. */
  private static final class Which {
    @Parameters(paramLabel = "ID", description = "Tasks, by the id that varve uplink list shows.")
    private List<Long> ids = new ArrayList<>();

    @Option(names = "--all", description = "All that failed.")
    private boolean all;
  }

  List<Long> ids(UplinkClient client) {
    return which.all
        ? client.tasks("failed").stream().map(task -> task.path("id").asLong()).toList()
        : which.ids;
  }
}

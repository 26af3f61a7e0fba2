package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VarveTest {
  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "devnet --bogus              | varve devnet: Unknown option: '--bogus'",
        "devnet --validators 0       | varve devnet: --validators 0: must be 1 to 20",
        "devnet --validators 21      | varve devnet: --validators 21: must be 1 to 20",
        "devnet --validators many    | varve devnet: Invalid value for option '--validators'",
        "devnet --disk paper         | varve devnet: --disk paper: must be one of rocksdb, leveldb",
        "devnet --port-base 80       | varve devnet: --port-base 80: must be 1024 to 65532",
        "devnet --cometbft 9.9       | varve devnet: --cometbft 9.9: must be of the line",
        "devnet --cometbft /no/such  | varve devnet: --cometbft /no/such: is no executable file",
        "devnet --timeout-commit 5   | varve devnet: Invalid value for option '--timeout-commit'",
        "devnet --chain-id a/b       | varve devnet: --chain-id a/b: must be 1 to 50",
        "init                        | varve init: Missing required option: '--home=D'",
        "init --home x --genesis y   | varve init: --genesis, --peers, --chain-id and --cometbft",
        "init --home x --with-node --peers y | varve init: --peers needs --genesis",
        "init --home x --with-node --chain-id a/b | varve init: --chain-id a/b: must be 1 to 50",
        "start --home x --with-node --chain-id a/b | varve start: --chain-id a/b: must be 1 to 50",
        "dump --home x colour        | varve dump: Invalid value for positional parameter",
        "dump --home x block         | varve dump: block needs a KEY",
        "dump --home x applied 5     | varve dump: applied takes no KEY",
        "bench abci                  | varve bench abci: ",
        "bench abci --address x      | varve bench abci: ",
        "bench engine --only x       | varve bench engine: no benchmark x: there are commit, hit",
        "bench engine --blocks 1     | varve bench engine: blocks is 1: allowed is 4 to 400",
        "bench engine --folder /no/x | varve bench engine: --folder /no/x: no such folder",
        "nonsense                    | varve: Unmatched argument at index 0: 'nonsense'",
      })
  void shouldRefuseWrongUsageInOneLine(String args, String message) {
    int exitCode = run(args.split(" "));

    assertThat(exitCode).isEqualTo(CliException.USAGE);
    assertThat(err.toString()).startsWith(message).doesNotContain("\tat ");
    assertThat(err.toString().lines().count()).isLessThanOrEqualTo(2);
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "devnet ",
        "init ",
        "start ",
        "status ",
        "check ",
        "dump ",
        "version ",
        "bench ",
        "bench abci ",
        "bench engine ",
        "bench apphash ",
        "store ",
        "store copy ",
        "store repair "
      })
  void shouldHelpWithAnExampleForEveryCommand(String command) {
    assertThat(run((command + "--help").split(" "))).isZero();
    assertThat(out.toString()).contains("Usage: varve").containsPattern("(?s)\n  varve [a-z]");
    assertThat(out.toString().lines()).allMatch(line -> line.length() <= 100);
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void shouldMakeAHomeOnce() {
    Path home = folder.resolve("home");

    assertThat(run("init", "--home", home.toString(), "--port-base", "30000")).isZero();
    assertThat(home.resolve("varve.toml")).content().contains("127.0.0.1:30003");
    assertThat(run("init", "--home", home.toString())).isEqualTo(CliException.FAILED);
    assertThat(err.toString()).contains("is a home already");
  }

  @Test
  void shouldReportAStoppedHomeAsJson() {
    Path home = folder.resolve("home");
    run("init", "--home", home.toString());
    out.getBuffer().setLength(0);

    assertThat(run("status", "--home", home.toString(), "--json")).isZero();
    assertThat(out.toString()).contains("\"running\" : false", "\"height\" : 0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"start", "status", "check", "dump applied"})
  void shouldNameTheLineOfABadSetting(String command) throws IOException {
    Path home = folder.resolve("home");
    run("init", "--home", home.toString());
    Files.writeString(home.resolve("varve.toml"), "[memory]\nbytes = \"much\"\n");

    assertThat(run((command + " --home " + home).split(" "))).isEqualTo(CliException.USAGE);
    assertThat(err.toString()).contains("varve.toml:2: memory.bytes = \"much\": must be bytes");
  }

  @Test
  void shouldRefuseAFolderThatIsNoDevnet() throws IOException {
    Files.writeString(folder.resolve("precious.txt"), "mine");

    int exitCode = run("devnet", "--home", folder.toString(), "--fresh");

    assertThat(exitCode).isEqualTo(CliException.USAGE);
    assertThat(err.toString()).contains("is not a devnet home: it has precious.txt");
    assertThat(folder.resolve("precious.txt")).hasContent("mine");
  }

  @Test
  void shouldLookAtTheFileOfAClusterFirst() {
    String missing = folder.resolve("nowhere.yaml").toString();

    assertThat(run("devnet", "--disk", "mysql", "--cluster", missing))
        .isEqualTo(CliException.USAGE);
    assertThat(err.toString()).contains("varve devnet: ").contains(missing);
    assertThat(folder.resolve(".varve")).doesNotExist();
    assertThat(run("bench", "store", "--cluster", missing)).isEqualTo(CliException.USAGE);
  }

  @Test
  void shouldSayWhatEachCommandIsInWholeSentences() {
    run("--help");
    run("bench", "--help");

    assertThat(out.toString())
        .contains("Make a home: varve.toml with every setting and its meaning.\n")
        .contains("Read every record of a home and compare them with each other.\n")
        .contains("Print one stored record as JSON.\n")
        .contains("Drive an ABCI server as a node does and time its calls.\n");
  }

  @Test
  void shouldPrintTheVersionsOfTheStores() {
    run("version");
    assertThat(out.toString())
        .containsPattern("RocksDB \\d+\\..*LevelDB \\d+\\..*Chronicle Map \\d+\\.");
    run("version", "--json");
    assertThat(out.toString()).containsPattern("\"rocksdb\":\"\\d");
  }

  @Test
  void shouldPrintTheStackTraceWhenAskedTo() {
    run("check", "--home", folder.toString(), "--verbose");

    assertThat(err.toString()).contains("\tat dev.varve.");
  }

  private int run(String... args) {
    PrintWriter outWriter = new PrintWriter(out, true);
    PrintWriter errWriter = new PrintWriter(err, true);
    Console console = new Console(outWriter, errWriter, false, false, 80);
    Map<String, String> environment = Map.of("HOME", folder.toString());
    return Varve.run(console, environment, outWriter, errWriter, args);
  }
}

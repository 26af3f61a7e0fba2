package dev.varve.bench.micro;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs the JMH benchmarks; no test by its name, so that it runs only when asked for: {@code mvn -pl
 * tools/bench -am test -Dtest=MicroBenchmarks -Dsurefire.failIfNoSpecifiedTests=false}. {@code
 * -Dvarve.jmh=REGEX} chooses some. The report is {@code tools/bench/target/jmh.txt}.
 */
class MicroBenchmarks {
  private static final TimeValue TIME = new TimeValue(1, TimeUnit.SECONDS);

  @Test
  void run() throws RunnerException {
    Options options =
        new OptionsBuilder()
            .include(System.getProperty("varve.jmh", "Micro\\."))
            .forks(2)
            .warmupIterations(3)
            .warmupTime(TIME)
            .measurementIterations(5)
            .measurementTime(TIME)
            .shouldFailOnError(true)
            .output("target/jmh.txt")
            .build();
    new Runner(options).run();
  }
}

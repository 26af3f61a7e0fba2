package dev.varve.gateway.http;

import dev.varve.gateway.Source;
import java.util.ArrayList;
import java.util.List;

/** Keeps what a server tells, but for the times. */
final class CountingMeter implements GatewayMeter {
  private final List<String> told = new ArrayList<>();

  /** What was told since the last call. */
  synchronized List<String> told() {
    List<String> all = List.copyOf(told);
    told.clear();
    return all;
  }

  @Override
  public synchronized void acknowledged(int count, long nanos) {
    told.add("acknowledged " + count + check(nanos));
  }

  @Override
  public synchronized void refused(String reason) {
    told.add("refused " + reason);
  }

  @Override
  public synchronized void read(Source source, long nanos) {
    told.add("read " + source.word() + check(nanos));
  }

  private static String check(long nanos) {
    return nanos < 0 ? " before it came" : "";
  }
}

package dev.varve.storage.pending;

import java.util.List;

/** What the tables take, as far as is known here. Threads: any. */
final class Usage {
  private volatile long own;
  private volatile long others;

  void setOwn(long bytes) {
    own = bytes;
  }

  /** As the rows of all gateways have it. */
  void setOthers(List<GatewayRow> rows, int ownNumber) {
    long sum = 0;
    for (GatewayRow row : rows) {
      sum += row.number() == ownNumber ? 0 : row.bytes();
    }
    others = sum;
  }

  long others() {
    return others;
  }

  long all() {
    return Math.max(0, own + others);
  }
}

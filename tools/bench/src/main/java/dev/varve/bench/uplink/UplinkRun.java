package dev.varve.bench.uplink;

import dev.varve.bench.report.Figure;
import dev.varve.bench.report.Figure.Target;
import dev.varve.bench.report.Progress;
import dev.varve.bench.report.Samples;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The cases, on one devnet; between them the chain takes what is pending. */
final class UplinkRun {
  private static final int CONNECTIONS = 32;
  private static final double ACK_RATE = 1_000;
  private static final double READ_RATE = 5_000;
  private static final double CHAIN_RATE = 2_000;
  private static final double WRITE_RATE = 200;
  private static final int READABLE_EACH_SECOND = 10;
  private static final int WARM_UP_SECONDS = 10;
  private static final int SETTLE_LIMIT_SECONDS = 300;
  private static final int TX_BYTES = 250;
  private static final double NANOS = 1e9;
  private static final double MILLIS = 1e6;

  private final Devnet devnet;
  private final int seconds;
  private final Progress progress;
  private final String run = Long.toString(ThreadLocalRandom.current().nextLong() >>> 1, 36);
  private final AtomicLong keys = new AtomicLong();

  UplinkRun(Devnet devnet, int seconds, Progress progress) {
    this.devnet = devnet;
    this.seconds = seconds;
    this.progress = progress;
  }

  /** Not counted: Java compiles the paths that are measured. */
  void warmUp() throws IOException, InterruptedException {
    progress.show("warming up");
    Load load = new Load(devnet.gateway(), CONNECTIONS);
    load.atRate(ACK_RATE, (long) (ACK_RATE * WARM_UP_SECONDS), this::send);
    load.atRate(
        ACK_RATE,
        (long) (ACK_RATE * WARM_UP_SECONDS),
        (connection, number) -> Rpc.isReadable(connection, key(number)));
    settle();
  }

  List<Figure> measure(String group) throws IOException, InterruptedException {
    progress.show(group);
    List<Figure> figures =
        switch (group) {
          case "ack" -> ack();
          case "saturation" -> saturation();
          case "readable" -> readable();
          case "read" -> read();
          case "chain" -> chain();
          default -> throw new IllegalArgumentException(group);
        };
    settle();
    return figures;
  }

  private List<Figure> ack() throws IOException, InterruptedException {
    long count = (long) (ACK_RATE * seconds);
    Samples gateway = atRate(devnet.gateway(), ACK_RATE, count).times();
    settle();
    Samples node = atRate(devnet.node(), ACK_RATE, count).times();
    return percentiles(
        "ack", "durable ack at 1,000/s", gateway, node, "the node, not durable", Target.atMost(20));
  }

  private List<Figure> saturation() throws IOException, InterruptedException {
    Load.Result gateway = new Load(devnet.gateway(), CONNECTIONS).saturated(seconds, this::send);
    return List.of(
        new Figure(
            "saturation",
            "durable acks, " + CONNECTIONS + " connections",
            gateway.perSecond(),
            "acks/s",
            "",
            Double.NaN,
            Target.atLeast(8_000)),
        new Figure(
            "saturation",
            "the same, p99",
            gateway.times().percentile(99) / MILLIS,
            "ms",
            "",
            Double.NaN,
            Target.NONE));
  }

  private List<Figure> readable() throws IOException {
    int count = seconds * READABLE_EACH_SECOND;
    Samples gateway = new Samples();
    Samples node = new Samples();
    try (HttpConnection toGateway = new HttpConnection(devnet.gateway());
        HttpConnection toNode = new HttpConnection(devnet.node())) {
      for (int i = 0; i < count; i++) {
        gateway.add(untilReadable(toGateway));
        if (i % READABLE_EACH_SECOND == 0) {
          // A tenth as many: each takes a block.
          node.add(untilReadable(toNode));
        }
      }
    }
    return percentiles(
        "readable", "submit to readable", gateway, node, "the node", Target.atMost(25));
  }

  private long untilReadable(HttpConnection connection) throws IOException {
    String key = newKey();
    long start = System.nanoTime();
    Rpc.send(connection, tx(key));
    while (!Rpc.isReadable(connection, key)) {
      if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(SETTLE_LIMIT_SECONDS)) {
        throw new IOException(key + " was not readable within " + SETTLE_LIMIT_SECONDS + " s");
      }
    }
    return System.nanoTime() - start;
  }

  /** Reads the newest key again and again while others are written: nearly always pending. */
  private List<Figure> read() throws IOException, InterruptedException {
    String[] newest = {newKey()};
    AtomicLong pending = new AtomicLong();
    try (HttpConnection first = new HttpConnection(devnet.gateway())) {
      Rpc.send(first, tx(newest[0]));
    }
    Thread writer = new Thread(() -> write(newest), "bench-writer");
    writer.start();
    Load.Result reads;
    try {
      reads =
          new Load(devnet.gateway(), CONNECTIONS)
              .atRate(
                  READ_RATE,
                  (long) (READ_RATE * seconds),
                  (connection, number) -> {
                    String key;
                    synchronized (newest) {
                      key = newest[0];
                    }
                    if (!Rpc.isReadable(connection, key)) {
                      throw new IOException(key + " was acknowledged and cannot be read");
                    }
                    if (connection.source().equals("pending")) {
                      pending.incrementAndGet();
                    }
                  });
    } finally {
      writer.interrupt();
      writer.join();
    }
    List<Figure> figures =
        new ArrayList<>(
            percentiles(
                "read", "newest key at 5,000/s", reads.times(), null, "", Target.atMost(5)));
    figures.add(
        new Figure(
            "read",
            "answered as pending",
            100.0 * pending.get() / reads.times().count(),
            "%",
            "",
            Double.NaN,
            Target.NONE));
    return figures;
  }

  private void write(String[] newest) {
    try {
      new Load(devnet.gateway(), 1)
          .atRate(
              WRITE_RATE,
              Long.MAX_VALUE,
              (connection, number) -> {
                if (Thread.interrupted()) {
                  throw new IOException("done");
                }
                String key = newKey();
                Rpc.send(connection, tx(key));
                synchronized (newest) {
                  newest[0] = key;
                }
              });
    } catch (IOException e) {
      // Told to end, or the reader fails of the same.
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<Figure> chain() throws IOException, InterruptedException {
    Throughput node = throughput(devnet.node());
    Throughput gateway = throughput(devnet.gateway());
    return List.of(
        new Figure(
            "chain",
            "committed at 2,000 tx/s offered",
            gateway.perSecond(),
            "tx/s",
            "sent to the node",
            node.perSecond(),
            new Target(java.util.OptionalDouble.of(0.98), false, true)),
        new Figure(
            "chain",
            "processor time, application and gateway",
            gateway.application(),
            "s",
            "sent to the node",
            node.application(),
            Target.NONE),
        new Figure(
            "chain",
            "processor time, node",
            gateway.node(),
            "s",
            "sent to the node",
            node.node(),
            Target.NONE));
  }

  /** From the first request until all of them are in blocks. */
  private record Throughput(double perSecond, double application, double node) {}

  private Throughput throughput(URI server) throws IOException, InterruptedException {
    long count = (long) (CHAIN_RATE * seconds);
    double application = devnet.applicationSeconds();
    double node = devnet.nodeSeconds();
    long start = System.nanoTime();
    atRate(server, CHAIN_RATE, count);
    settle();
    double took = (System.nanoTime() - start) / NANOS;
    Throughput result =
        new Throughput(
            count / took, devnet.applicationSeconds() - application, devnet.nodeSeconds() - node);
    return result;
  }

  private Load.Result atRate(URI server, double rate, long count)
      throws IOException, InterruptedException {
    return new Load(server, CONNECTIONS).atRate(rate, count, this::send);
  }

  /** Waits until gateway and mempool are empty, as the last transaction of all is committed. */
  private void settle() throws IOException, InterruptedException {
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLE_LIMIT_SECONDS);
    try (HttpConnection gateway = new HttpConnection(devnet.gateway());
        HttpConnection node = new HttpConnection(devnet.node())) {
      String last = newKey();
      Rpc.send(gateway, tx(last));
      while (!Rpc.isReadable(node, last)
          || !Rpc.result(node, "num_unconfirmed_txs").path("n_txs").asText().equals("0")) {
        if (System.nanoTime() - limit > 0) {
          throw new IOException(
              "the chain did not take what was pending within " + SETTLE_LIMIT_SECONDS + " s");
        }
        Thread.sleep(20);
      }
    }
  }

  private static List<Figure> percentiles(
      String group, String what, Samples gateway, Samples node, String baseline, Target target) {
    List<Figure> figures = new ArrayList<>();
    for (int percent : new int[] {50, 99}) {
      figures.add(
          new Figure(
              group,
              what + ", p" + percent,
              gateway.percentile(percent) / MILLIS,
              "ms",
              baseline,
              node == null ? Double.NaN : node.percentile(percent) / MILLIS,
              percent == 99 ? target : Target.NONE));
    }
    return figures;
  }

  private void send(HttpConnection connection, long number) throws IOException {
    Rpc.send(connection, tx(newKey()));
  }

  private String newKey() {
    return key(keys.getAndIncrement());
  }

  private String key(long number) {
    return run + "-" + number;
  }

  private static String tx(String key) {
    return key + "=" + "x".repeat(TX_BYTES - key.length() - 1);
  }
}

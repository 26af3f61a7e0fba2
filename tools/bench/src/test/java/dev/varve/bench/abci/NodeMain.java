package dev.varve.bench.abci;

import dev.varve.node.NodeConfig;
import dev.varve.node.NodeHome;
import dev.varve.node.VarveNode;
import java.nio.file.Path;
import java.util.Map;

/** The whole application in a process of its own: HOME ADDRESS HTTP-PORT. */
final class NodeMain {
  private NodeMain() {}

  public static void main(String[] args) {
    VarveNode node = start(Path.of(args[0]), args[1], args[2]);
    Runtime.getRuntime().addShutdownHook(new Thread(node::close));
    node.failure().join();
  }

  static VarveNode start(Path path, String address, String httpPort) {
    NodeHome home = new NodeHome(path);
    home.create(Map.of("start.warm_up_millis", "0"));
    Map<String, String> overrides =
        Map.of("abci.address", address, "http.address", "127.0.0.1:" + httpPort);
    return VarveNode.start(home, NodeConfig.load(home, overrides));
  }
}

package dev.varve.storage.memory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/** Uses the memory store once; told to misbehave, it also does what the check must catch. */
final class ChronicleProbe {
  private ChronicleProbe() {}

  public static void main(String[] args) throws IOException {
    try (ChronicleMemoryStore store =
        ChronicleMemoryStore.create(ChronicleMemoryStore.MIN_BOUND_BYTES)) {
      store.put(new byte[] {1}, new byte[] {2});
      System.out.println(store.get(new byte[] {1}).orElseThrow().length);
    }
    if (args.length > 0) {
      Files.writeString(Path.of(args[0]), "stray");
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9), 100);
      } catch (IOException refused) {
        System.out.println("as expected: " + refused.getMessage());
      }
    }
    System.out.println("done");
  }
}

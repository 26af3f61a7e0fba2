package dev.varve.abci;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.nio.channels.SocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file a unix socket leaves behind: a dead server's is removed, nothing else ever. */
final class UnixSocketFile {
  private static final Logger log = LoggerFactory.getLogger(UnixSocketFile.class);

  private UnixSocketFile() {}

  static void removeStale(AbciAddress address) throws IOException {
    Path path = address.path();
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    var attributes =
        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isOther()) {
      throw new FileAlreadyExistsException(path.toString(), null, "it is a file but no socket");
    }
    try (SocketChannel probe = SocketChannel.open(address.socket())) {
      throw new BindException("another server answers at " + probe.getRemoteAddress());
    } catch (BindException e) {
      throw e;
    } catch (ConnectException e) {
      log.info("ABCI server replaces the socket {} that a dead one left", path);
      Files.delete(path);
    }
  }

  static void remove(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      log.warn("ABCI socket {} could not be removed: {}", path, e.getMessage());
    }
  }
}

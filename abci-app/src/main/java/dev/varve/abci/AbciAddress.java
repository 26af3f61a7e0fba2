package dev.varve.abci;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** An address as CometBFT's {@code proxy_app} writes it. */
record AbciAddress(SocketAddress socket) {
  private static final String TCP = "tcp://";
  private static final String UNIX = "unix://";

  static AbciAddress parse(String text) {
    if (text.startsWith(TCP)) {
      return new AbciAddress(tcp(text));
    }
    if (text.startsWith(UNIX) && text.length() > UNIX.length()) {
      try {
        return new AbciAddress(UnixDomainSocketAddress.of(Path.of(text.substring(UNIX.length()))));
      } catch (InvalidPathException e) {
        throw bad(text);
      }
    }
    throw bad(text);
  }

  private static InetSocketAddress tcp(String text) {
    try {
      URI uri = new URI(text);
      boolean plain =
          uri.getPath().isEmpty()
              && uri.getQuery() == null
              && uri.getFragment() == null
              && uri.getUserInfo() == null;
      if (plain && uri.getHost() != null && uri.getPort() >= 0 && uri.getPort() <= 0xFFFF) {
        return new InetSocketAddress(uri.getHost(), uri.getPort());
      }
    } catch (URISyntaxException e) {
      throw bad(text);
    }
    throw bad(text);
  }

  private static IllegalArgumentException bad(String text) {
    return new IllegalArgumentException(
        "address = \""
            + text
            + "\": allowed are tcp://HOST:PORT (port 0 to 65535) and unix://PATH");
  }

  boolean isUnix() {
    return socket instanceof UnixDomainSocketAddress;
  }

  Path path() {
    return ((UnixDomainSocketAddress) socket).getPath();
  }

  @Override
  public String toString() {
    if (isUnix()) {
      return UNIX + path();
    }
    InetSocketAddress inet = (InetSocketAddress) socket;
    InetAddress ip = inet.getAddress();
    String host = ip == null ? inet.getHostString() : ip.getHostAddress();
    return TCP + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + inet.getPort();
  }
}

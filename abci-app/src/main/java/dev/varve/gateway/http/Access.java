package dev.varve.gateway.http;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Who may do what, by bearer token. */
final class Access {
  private static final String BEARER = "bearer ";
  private static final Set<Scope> ALL = Collections.unmodifiableSet(EnumSet.allOf(Scope.class));
  private static final Set<Scope> NONE = Collections.unmodifiableSet(EnumSet.noneOf(Scope.class));

  private final List<Entry> entries;

  Access(List<Token> tokens) {
    List<Entry> list = new ArrayList<>();
    for (Token token : tokens) {
      list.add(new Entry(ByteString.copyFrom(digest(token.text())), token.scope()));
    }
    entries = List.copyOf(list);
  }

  private record Entry(ByteString digest, Scope scope) {}

  /**
   * The scopes of a request; none where its token is not known or lacks.
   *
   * @param authorization the header, or null
   */
  Set<Scope> scopes(String authorization) {
    if (entries.isEmpty()) {
      return ALL;
    }
    if (authorization == null
        || !authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return NONE;
    }
    // Digests of equal length, all of them: how long it takes tells nothing about a token.
    byte[] digest = digest(authorization.substring(BEARER.length()).strip());
    Set<Scope> scopes = EnumSet.noneOf(Scope.class);
    for (Entry entry : entries) {
      if (MessageDigest.isEqual(entry.digest().toByteArray(), digest)) {
        scopes.add(entry.scope());
      }
    }
    return scopes;
  }

  private static byte[] digest(String text) {
    return Sha256.digest(text.getBytes(StandardCharsets.UTF_8));
  }
}

package dev.varve.gateway.http;

import java.util.Set;

/**
 * Who asks, and how.
 *
 * @param scopes what the caller's token allows; all where there are no tokens
 * @param chainFirst whether reads look in the chain before they look at what is pending
 */
record Caller(Set<Scope> scopes, boolean chainFirst) {
  boolean may(Scope scope) {
    return scopes.contains(scope) || scopes.contains(Scope.ADMIN);
  }
}

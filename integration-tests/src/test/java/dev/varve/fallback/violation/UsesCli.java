package dev.varve.fallback.violation;

import dev.varve.cli.violation.Anything;

/** Breaks the direction between packages. */
final class UsesCli {
  Anything target;
}

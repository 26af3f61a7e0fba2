package dev.varve.storage.violation;

import dev.varve.cli.violation.Anything;

/** Breaks the direction between packages. */
public final class UsesCli {
  Anything target;
}

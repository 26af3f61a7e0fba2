package dev.varve.sharding;

/** A schema that a later version of this program has made; nothing was read or changed. */
public final class SchemaTooNewException extends SchemaException {
  private static final long serialVersionUID = 1L;

  SchemaTooNewException(String place, String found, int known) {
    super(
        place
            + " has schema version "
            + found
            + ", this program knows those up to "
            + known
            + ": use a later version of it",
        null);
  }
}

package dev.varve.sharding;

import java.sql.SQLNonTransientException;

/**
 * A database that cannot be used as it is, until an operator has changed something; one sentence.
 *
 * <p>Its SQLState is {@link #STATE}, so that those who do not know this class can tell it, too.
 */
public sealed class SchemaException extends SQLNonTransientException
    permits LayoutException, SchemaTooNewException {
  /** Of a class of states that neither the standard nor MySQL uses. */
  public static final String STATE = "VS001";

  private static final long serialVersionUID = 1L;

  SchemaException(String message, Throwable cause) {
    super(message, STATE, 0, cause);
  }
}

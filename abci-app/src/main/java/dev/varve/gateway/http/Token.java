package dev.varve.gateway.http;

import java.util.Locale;
import java.util.Objects;

/**
 * One line of a token file.
 *
 * @param text what the client sends behind {@code Bearer}; it may stand in several lines, to have
 *     several scopes
 */
public record Token(Scope scope, String text) {
  /** A shorter one can be guessed. */
  static final int LEAST_LENGTH = 16;

  private static final String SCOPES = "read, write, admin";

  /**
   * Checks the text.
   *
   * @throws IllegalArgumentException when it is short, or has what a header cannot carry
   */
  public Token {
    Objects.requireNonNull(scope, "scope");
    if (text.length() < LEAST_LENGTH) {
      throw new IllegalArgumentException(
          "a token has " + text.length() + " characters, allowed are " + LEAST_LENGTH + " or more");
    }
    if (!text.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
      throw new IllegalArgumentException("a token has visible ASCII characters only, no blanks");
    }
  }

  /**
   * Reads {@code SCOPE TOKEN}.
   *
   * @throws IllegalArgumentException saying what is wrong, without the token
   */
  public static Token parse(String line) {
    String trimmed = line.strip();
    int blank = trimmed.indexOf(' ');
    if (blank < 0) {
      throw new IllegalArgumentException("a token's line is: SCOPE TOKEN, with SCOPE of " + SCOPES);
    }
    String word = trimmed.substring(0, blank).toLowerCase(Locale.ROOT);
    for (Scope scope : Scope.values()) {
      if (scope.word().equals(word)) {
        return new Token(scope, trimmed.substring(blank + 1).strip());
      }
    }
    throw new IllegalArgumentException(
        "a token's scope is \"" + word + "\", allowed are " + SCOPES);
  }

  @Override
  public String toString() {
    return scope.word() + " token";
  }
}

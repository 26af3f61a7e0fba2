package dev.varve.testnet;

/** What kept a node from being found, built, set up, run or asked, in one sentence for users. */
public class TestnetException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TestnetException(String message) {
    super(message);
  }

  public TestnetException(String message, Throwable cause) {
    super(message, cause);
  }
}

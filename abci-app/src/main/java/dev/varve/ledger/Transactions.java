package dev.varve.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.varve.ledger.transaction.Delete;
import dev.varve.ledger.transaction.Envelope;
import dev.varve.ledger.transaction.Operation;
import dev.varve.ledger.transaction.Put;
import java.util.List;
import java.util.Optional;

/**
 * Makes the bytes of transactions, for clients, and reads them; what it makes, the ledger can
 * decode.
 *
 * <p>Errors: {@link IllegalArgumentException} for content outside the limits. The grammar stands in
 * the package's description.
 */
public final class Transactions {
  /** The longest key, in bytes; the shortest has one. */
  public static final int MAX_KEY_BYTES = 1024;

  /** The most operations of one envelope. */
  public static final int MAX_OPERATIONS = 10_000;

  /** How far above the including block's height {@code valid_until_height} may lie. */
  public static final long MAX_VALIDITY_BLOCKS = 1_000;

  private Transactions() {}

  /** The text {@code key=value}: a put that may be included any number of times. */
  public static ByteString text(String key, String value) {
    if (key.indexOf('=') >= 0) {
      throw new IllegalArgumentException("a text key has no '=': " + key);
    }
    ByteString tx = ByteString.copyFromUtf8(key + "=" + value);
    if (!tx.toStringUtf8().equals(key + "=" + value)) {
      throw new IllegalArgumentException("key or value is no Unicode text (unpaired surrogate)");
    }
    return checked(tx);
  }

  /**
   * An envelope, accepted once.
   *
   * @param validUntilHeight the last height whose block may include it, at most {@link
   *     #MAX_VALIDITY_BLOCKS} ahead of that block
   */
  public static EnvelopeBuilder envelope(long validUntilHeight) {
    return new EnvelopeBuilder(validUntilHeight);
  }

  /** A transaction's hash as the node computes it: SHA-256 of its bytes, 32 bytes. */
  public static ByteString hash(ByteString tx) {
    return new Sha256().hash(tx);
  }

  /** What a transaction's bytes say, as the ledger will read them; never throws. */
  public static TxContent read(ByteString tx) {
    Tx decoded = TxDecoder.decode(tx);
    if (decoded instanceof Tx.Text text) {
      return new TxContent.Decoded(
          List.of(new TxContent.Write(text.key(), Optional.of(text.value()))), false);
    }
    if (decoded instanceof Tx.Enveloped enveloped) {
      return new TxContent.Decoded(
          enveloped.envelope().getOperationsList().stream().map(Transactions::write).toList(),
          true);
    }
    return new TxContent.Undecodable(((Tx.Undecodable) decoded).reason());
  }

  private static TxContent.Write write(Operation operation) {
    return operation.hasPut()
        ? new TxContent.Write(
            operation.getPut().getKey(), Optional.of(operation.getPut().getValue()))
        : new TxContent.Write(operation.getDelete().getKey(), Optional.empty());
  }

  private static ByteString checked(ByteString tx) {
    if (TxDecoder.decode(tx) instanceof Tx.Undecodable undecodable) {
      throw new IllegalArgumentException(undecodable.reason());
    }
    return tx;
  }

  /** Collects the operations of one envelope, in the order they will be applied. */
  public static final class EnvelopeBuilder {
    private static final ByteString MARK =
        ByteString.copyFrom(new byte[] {TxDecoder.ENVELOPE_MARK});

    private final Envelope.Builder envelope = Envelope.newBuilder();

    private EnvelopeBuilder(long validUntilHeight) {
      envelope.setValidUntilHeight(validUntilHeight);
    }

    public EnvelopeBuilder put(ByteString key, ByteString value) {
      return add(Operation.newBuilder().setPut(Put.newBuilder().setKey(key).setValue(value)));
    }

    public EnvelopeBuilder delete(ByteString key) {
      return add(Operation.newBuilder().setDelete(Delete.newBuilder().setKey(key)));
    }

    private EnvelopeBuilder add(Operation.Builder operation) {
      envelope.addOperations(operation);
      return this;
    }

    /** The transaction's bytes. */
    public ByteString build() {
      byte[] bytes = MARK.concat(envelope.build().toByteString()).toByteArray();
      return checked(UnsafeByteOperations.unsafeWrap(bytes));
    }
  }
}

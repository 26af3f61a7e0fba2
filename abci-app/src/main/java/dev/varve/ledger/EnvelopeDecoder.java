package dev.varve.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.varve.ledger.transaction.Envelope;
import dev.varve.ledger.transaction.Operation;
import java.io.IOException;

/**
 * Reads an envelope strictly: one content has one encoding, so that its hash names it, and what a
 * later version adds is undecodable today.
 */
final class EnvelopeDecoder {
  private EnvelopeDecoder() {}

  static Tx decode(ByteString bytes) {
    Envelope envelope;
    try {
      int operations = countOperations(bytes);
      if (operations == 0 || operations > Transactions.MAX_OPERATIONS) {
        return undecodable(
            (operations == 0 ? "has no operation" : "has too many operations")
                + ", allowed are 1 to "
                + Transactions.MAX_OPERATIONS);
      }
      envelope = Envelope.parseFrom(bytes);
    } catch (IOException e) {
      return undecodable("is not valid protobuf");
    }
    if (hasUnknownFields(envelope)) {
      return undecodable("has unknown fields");
    }
    if (envelope.getValidUntilHeight() <= 0) {
      return undecodable(
          "has valid_until_height " + envelope.getValidUntilHeight() + ", it must be above 0");
    }
    for (int i = 0; i < envelope.getOperationsCount(); i++) {
      Operation operation = envelope.getOperations(i);
      if (hasUnknownFields(operation)) {
        return undecodable("has unknown fields in operation " + i);
      }
      String fault = fault(operation);
      if (fault != null) {
        return undecodable("has a bad operation " + i + ": " + fault);
      }
    }
    if (envelope.getSerializedSize() != bytes.size() || !envelope.toByteString().equals(bytes)) {
      return undecodable("is not in canonical protobuf encoding");
    }
    return new Tx.Enveloped(envelope);
  }

  /** The operations as counted without building them; stops at the first one too many. */
  private static int countOperations(ByteString bytes) throws IOException {
    CodedInputStream input = bytes.newCodedInput();
    int count = 0;
    int wanted = Envelope.OPERATIONS_FIELD_NUMBER << 3 | 2;
    for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
      if (tag == wanted && ++count > Transactions.MAX_OPERATIONS) {
        return count;
      }
      if (!input.skipField(tag)) {
        throw new InvalidProtocolBufferException("a group ends that never began");
      }
    }
    return count;
  }

  private static String fault(Operation operation) {
    return switch (operation.getKindCase()) {
      case PUT -> fault(operation.getPut(), operation.getPut().getKey());
      case DELETE -> fault(operation.getDelete(), operation.getDelete().getKey());
      case KIND_NOT_SET -> "neither a put nor a delete";
    };
  }

  private static String fault(Message kind, ByteString key) {
    if (hasUnknownFields(kind)) {
      return "unknown fields";
    }
    if (key.isEmpty() || key.size() > Transactions.MAX_KEY_BYTES) {
      return TxDecoder.keyLength(key.size());
    }
    return null;
  }

  private static boolean hasUnknownFields(Message message) {
    return !message.getUnknownFields().asMap().isEmpty();
  }

  private static Tx undecodable(String reason) {
    return new Tx.Undecodable("the envelope " + reason);
  }
}

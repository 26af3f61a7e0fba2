package dev.varve.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Timestamp;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;

/**
 * Signs two votes of a validator for different blocks of one height and hands them to its node as
 * evidence: the node puts them in the next block and tells the application of a misbehavior.
 */
final class DoubleVote {
  private static final int PRECOMMIT = 2;
  private static final int HASH_BYTES = 32;
  private static final int SEED_BYTES = 32;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final TestNode node;
  private final String chainId;
  private final String address;
  private final PrivateKey key;

  /** Takes the key that the node of this home votes with. */
  DoubleVote(TestNode node, String chainId) {
    this.node = node;
    this.chainId = chainId;
    Path file = node.home().cometHome().resolve("config/priv_validator_key.json");
    try {
      JsonNode json = JSON.readTree(file.toFile());
      address = json.path("address").asText();
      byte[] secret = json.path("priv_key").path("value").binaryValue();
      key =
          KeyFactory.getInstance("Ed25519")
              .generatePrivate(
                  new EdECPrivateKeySpec(
                      NamedParameterSpec.ED25519, Arrays.copyOf(secret, SEED_BYTES)));
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError("cannot read " + file, e);
    }
  }

  /** Makes it known that the validator voted twice at {@code height}, which must be committed. */
  void report(long height) {
    JsonNode header = node.rpc().block(height).path("block").path("header");
    String time = header.path("time").asText();
    JsonNode validator = node.rpc().call("/validators?height=" + height).path("validators").path(0);
    String power = validator.path("voting_power").asText();
    ObjectNode params = JSON.createObjectNode();
    ObjectNode evidence =
        params.putObject("evidence").put("type", "tendermint/DuplicateVoteEvidence");
    ObjectNode value = evidence.putObject("value");
    value.set("vote_a", vote(height, 1, time));
    value.set("vote_b", vote(height, 2, time));
    value.put("TotalVotingPower", power).put("ValidatorPower", power).put("Timestamp", time);
    node.rpc().call("broadcast_evidence", params);
  }

  /** A vote for a block whose hashes are this byte all over. */
  private ObjectNode vote(long height, int hashByte, String time) {
    byte[] hash = new byte[HASH_BYTES];
    Arrays.fill(hash, (byte) hashByte);
    ObjectNode vote = JSON.createObjectNode();
    vote.put("type", PRECOMMIT).put("height", Long.toString(height)).put("round", 0);
    ObjectNode block = vote.putObject("block_id").put("hash", TestNode.hex(hash));
    block.putObject("parts").put("total", 1).put("hash", TestNode.hex(hash));
    vote.put("timestamp", time).put("validator_address", address).put("validator_index", 0);
    byte[] signature = sign(signedBytes(height, hash, Instant.parse(time)));
    return vote.put("signature", Base64.getEncoder().encodeToString(signature));
  }

  /** CanonicalVote of CometBFT's types.proto, with its length before it. */
  private byte[] signedBytes(long height, byte[] hash, Instant time) {
    byte[] parts =
        message(
            out -> {
              out.writeUInt32(1, 1);
              out.writeByteArray(2, hash);
            });
    byte[] block =
        message(
            out -> {
              out.writeByteArray(1, hash);
              out.writeByteArray(2, parts);
            });
    Timestamp timestamp =
        Timestamp.newBuilder().setSeconds(time.getEpochSecond()).setNanos(time.getNano()).build();
    byte[] vote =
        message(
            out -> {
              out.writeEnum(1, PRECOMMIT);
              out.writeSFixed64(2, height);
              out.writeByteArray(4, block);
              out.writeMessage(5, timestamp);
              out.writeString(6, chainId);
            });
    return message(out -> out.writeBytesNoTag(ByteString.copyFrom(vote)));
  }

  private byte[] sign(byte[] message) {
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(key);
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError("cannot sign", e);
    }
  }

  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private static byte[] message(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      fields.write(out);
      out.flush();
    } catch (IOException e) {
      throw new AssertionError("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }
}

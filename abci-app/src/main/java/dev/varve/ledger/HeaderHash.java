package dev.varve.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Int64Value;
import com.google.protobuf.StringValue;
import dev.varve.storage.record.BlockHeader;
import dev.varve.storage.record.BlockId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * The hash of a header as CometBFT computes it, which is the hash of its block: a Merkle tree as in
 * RFC 6962 over the fields, each in protobuf.
 */
public final class HeaderHash {
  private static final ByteString LEAF = ByteString.copyFrom(new byte[] {0});
  private static final ByteString NODE = ByteString.copyFrom(new byte[] {1});

  private final Sha256 sha = new Sha256();

  private HeaderHash() {}

  /** 32 bytes. */
  public static ByteString of(BlockHeader header) {
    return new HeaderHash().root(leaves(header));
  }

  private static List<ByteString> leaves(BlockHeader header) {
    return List.of(
        message(
            out -> {
              number(out, 1, header.getVersionBlock());
              number(out, 2, header.getVersionApp());
            }),
        StringValue.of(header.getChainId()).toByteString(),
        Int64Value.of(header.getHeight()).toByteString(),
        header.getTime().toByteString(),
        id(header.getLastBlockId()),
        bytes(header.getLastCommitHash()),
        bytes(header.getDataHash()),
        bytes(header.getValidatorsHash()),
        bytes(header.getNextValidatorsHash()),
        bytes(header.getConsensusHash()),
        bytes(header.getAppHash()),
        bytes(header.getLastResultsHash()),
        bytes(header.getEvidenceHash()),
        bytes(header.getProposerAddress()));
  }

  private static ByteString bytes(ByteString value) {
    return BytesValue.of(value).toByteString();
  }

  private static ByteString id(BlockId id) {
    ByteString parts =
        message(
            out -> {
              number(out, 1, Integer.toUnsignedLong(id.getPartsTotal()));
              bytes(out, 2, id.getPartsHash());
            });
    return message(
        out -> {
          bytes(out, 1, id.getHash());
          out.writeBytes(2, parts); // also where there are none
        });
  }

  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private static ByteString message(Fields fields) {
    ByteString.Output bytes = ByteString.newOutput();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      fields.write(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
    return bytes.toByteString();
  }

  private static void number(CodedOutputStream out, int field, long value) throws IOException {
    if (value != 0) {
      out.writeUInt64(field, value);
    }
  }

  private static void bytes(CodedOutputStream out, int field, ByteString value) throws IOException {
    if (!value.isEmpty()) {
      out.writeBytes(field, value);
    }
  }

  private ByteString root(List<ByteString> leaves) {
    if (leaves.size() == 1) {
      return sha.hash(LEAF.concat(leaves.get(0)));
    }
    int split = Integer.highestOneBit(leaves.size() - 1);
    ByteString left = root(leaves.subList(0, split));
    ByteString right = root(leaves.subList(split, leaves.size()));
    return sha.hash(NODE.concat(left).concat(right));
  }
}

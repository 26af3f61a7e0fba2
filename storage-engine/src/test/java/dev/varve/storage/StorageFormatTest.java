package dev.varve.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.varve.storage.disk.ChainFloor;
import dev.varve.storage.record.BlockCommit;
import dev.varve.storage.record.BlockHeader;
import dev.varve.storage.record.BlockId;
import dev.varve.storage.record.BlockSeal;
import dev.varve.storage.record.StateRecord;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The bytes of keys and envelopes, against a file that never changes within a format version. */
class StorageFormatTest {
  private static final HexFormat HEX = HexFormat.of();

  private static Map<String, String> golden() throws IOException {
    Map<String, String> lines = new TreeMap<>();
    try (InputStream in = StorageFormatTest.class.getResourceAsStream("format-4.txt")) {
      for (String line : new String(in.readAllBytes(), UTF_8).split("\n", -1)) {
        if (!line.isBlank() && !line.startsWith("#")) {
          String[] parts = line.split(" +", 2);
          lines.put(parts[0], parts[1]);
        }
      }
    }
    return lines;
  }

  private static byte[] location() {
    RecordBuffer buffer = new RecordBuffer(64);
    buffer.writeBytes(new byte[32]);
    int at = buffer.beginValue();
    buffer.writeLocation(300, 5, true);
    buffer.endValue(RecordType.INDEX, 0, 32, at);
    return buffer.copy(at, buffer.position());
  }

  private static byte[] state() {
    RecordBuffer buffer = new RecordBuffer(64);
    buffer.writeBytes("sa".getBytes(UTF_8));
    int at = buffer.beginValue();
    buffer.writeState(7, ByteString.copyFromUtf8("one"));
    buffer.endValue(RecordType.STATE, 0, 2, at);
    return buffer.copy(at, buffer.position());
  }

  private static byte[] floor() {
    RecordBuffer buffer = new RecordBuffer(64);
    byte[] key = ChainFloor.NAME.getBytes(UTF_8);
    buffer.writeBytes(key);
    int at = buffer.beginValue();
    buffer.writeBytes(ByteString.copyFromUtf8("120"));
    buffer.endValue(RecordType.META, 0, key.length, at);
    return buffer.copy(at, buffer.position());
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static byte[] seal() {
    Timestamp time = Timestamp.newBuilder().setSeconds(1_700_000_000L).setNanos(7).build();
    BlockId last =
        BlockId.newBuilder().setHash(utf8("h")).setPartsTotal(1).setPartsHash(utf8("p")).build();
    BlockHeader header =
        BlockHeader.newBuilder()
            .setVersionBlock(11)
            .setVersionApp(1)
            .setChainId("c")
            .setHeight(300)
            .setTime(time)
            .setLastBlockId(last)
            .setLastCommitHash(utf8("l"))
            .setDataHash(utf8("d"))
            .setValidatorsHash(utf8("v"))
            .setNextValidatorsHash(utf8("n"))
            .setConsensusHash(utf8("o"))
            .setAppHash(utf8("a"))
            .setLastResultsHash(utf8("r"))
            .setEvidenceHash(utf8("e"))
            .setProposerAddress(utf8("P"))
            .build();
    BlockCommit.Builder commit =
        BlockCommit.newBuilder()
            .setHeight(300)
            .setRound(1)
            .setBlockId(last.toBuilder().setHash(utf8("b")).setPartsHash(utf8("q")));
    commit
        .addSignaturesBuilder()
        .setBlockIdFlag(2)
        .setAddress(utf8("A"))
        .setTime(time)
        .setSignature(utf8("s"));
    RecordBuffer buffer = new RecordBuffer(64);
    buffer.writeBytes(Keys.height(300));
    int at = buffer.beginValue();
    buffer.writeMessage(BlockSeal.newBuilder().setHeader(header).setCommit(commit).build());
    buffer.endValue(RecordType.SEAL, 0, 8, at);
    return buffer.copy(at, buffer.position());
  }

  @Test
  void shouldWriteTheBytesOfFormatFour() throws IOException {
    Map<String, String> bytes = new TreeMap<>();
    for (RecordType type : RecordType.values()) {
      bytes.put("type." + type, HEX.toHexDigits(type.code()));
    }
    bytes.put("key.block", HEX.formatHex(Keys.chain(300, RecordType.BLOCK, 0)));
    bytes.put("key.slice", HEX.formatHex(Keys.chain(300, RecordType.LOG, 258)));
    bytes.put("key.marker", HEX.formatHex(Keys.chain(1L << 40, RecordType.MARKER, 0)));
    bytes.put("key.height", HEX.formatHex(Keys.height(300)));
    bytes.put("key.undo", HEX.formatHex(Keys.undo(300, new byte[] {'s', 'a'})));
    bytes.put("key.typed", HEX.formatHex(Keys.typed(RecordType.STATE, new byte[] {'s', 'a'})));
    bytes.put("value.index", HEX.formatHex(location()));
    bytes.put("value.state", HEX.formatHex(state()));
    bytes.put("value.seal", HEX.formatHex(seal()));
    bytes.put("value.floor", HEX.formatHex(floor()));
    assertThat(bytes).isEqualTo(golden());
  }

  @Test
  void shouldReadTheBytesOfFormatFour() throws IOException {
    byte[] stored = HEX.parseHex(golden().get("value.state"));
    StateRecord state =
        Envelope.open(RecordType.STATE, "sa".getBytes(UTF_8), stored, StateRecord.parser());
    assertThat(state.getHeight()).isEqualTo(7);
    assertThat(state.getValue().toStringUtf8()).isEqualTo("one");
    assertThat(Keys.heightOf(HEX.parseHex(golden().get("key.marker")))).isEqualTo(1L << 40);
  }
}

package dev.varve.ledger.commitment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.storage.StateWrite;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bytes that must never change: every node of a chain, of any age and platform, has the same. */
class GoldenTest {
  private static final int BLOCKS = 100;

  @Test
  void shouldGiveTheRootsOfVersionThree() throws IOException {
    List<String> roots = new ArrayList<>();
    StateCommitment commitment = StateCommitment.empty();
    ReferenceCommitment reference = new ReferenceCommitment();
    roots.add(hex(commitment.root()));
    for (int height = 1; height <= BLOCKS; height++) {
      roots.add(hex(commitment.apply(height, block(height)).root()));
      assertThat(roots.get(height)).isEqualTo(hex(reference.apply(block(height))));
    }
    assertThat(String.join("\n", roots) + "\n").isEqualTo(golden("roots-v3.txt"));
  }

  @Test
  void shouldGiveTheDeltaOfVersionThree() throws IOException {
    StateCommitment commitment = StateCommitment.empty();
    List<StateWrite> writes = block(1).subList(0, 9);
    ByteString first = commitment.apply(1, writes).delta();
    List<StateWrite> deletes = new ArrayList<>();
    writes.subList(0, 2).forEach(write -> deletes.add(new StateWrite(write.key(), null, 2)));
    ByteString second = commitment.apply(2, deletes).delta();
    assertThat(hex(StateCommitment.concat(first, second)) + "\n").isEqualTo(golden("delta-v3.txt"));
  }

  /** 400 of 5,000 keys by plain arithmetic, every fifth write a delete; empty each tenth height. */
  private static List<StateWrite> block(int height) {
    List<StateWrite> writes = new ArrayList<>();
    if (height % 10 == 0) {
      return writes;
    }
    for (int i = 0; i < 400; i++) {
      int number = (height * 37 + i * 13) % 5_000;
      ByteString key = ByteString.copyFromUtf8("k" + number);
      boolean delete = i % 5 == 4;
      ByteString value = ByteString.copyFromUtf8(height + ":" + number);
      writes.add(new StateWrite(key, delete ? null : value, height));
    }
    return writes;
  }

  private static String golden(String name) throws IOException {
    try (InputStream in = GoldenTest.class.getResourceAsStream(name)) {
      assertThat(in).as(name).isNotNull();
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}

package dev.varve.storage.pending;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.varve.storage.CommittedTask;
import dev.varve.storage.PendingTask;
import dev.varve.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The bytes of an entry, against a file that never changes within a version, and any bytes. */
class PendingCodecTest {
  private static final HexFormat HEX = HexFormat.of();

  private static Map<String, String> golden() throws IOException {
    Map<String, String> lines = new TreeMap<>();
    try (InputStream in = PendingCodecTest.class.getResourceAsStream("pending-log-1.txt")) {
      for (String line : new String(in.readAllBytes(), UTF_8).split("\n", -1)) {
        if (!line.isBlank() && !line.startsWith("#")) {
          String[] parts = line.split(" +", 2);
          lines.put(parts[0], parts[1]);
        }
      }
    }
    return lines;
  }

  private static ByteString hash() {
    byte[] hash = new byte[32];
    for (int i = 0; i < hash.length; i++) {
      hash[i] = (byte) i;
    }
    return ByteString.copyFrom(hash);
  }

  private static Map<String, PendingCodec.Entry> entries() {
    PendingRecord task =
        new PendingRecord.Task(
            new PendingTask(
                258, hash(), ByteString.copyFromUtf8("a=1"), true, "ké", 1_700_000_000_000L));
    PendingRecord failure = new PendingRecord.Failure(258, 1_700_000_000_001L, 7, "no");
    PendingRecord committed =
        new PendingRecord.Committed(
            new CommittedTask(257, hash(), "k", 1L << 33, 5, 1, 1_700_000_000_002L));
    PendingRecord dropped = new PendingRecord.Dropped(3);
    PendingRecord forgotten = new PendingRecord.Forgotten(4);
    Map<String, PendingCodec.Entry> entries = new TreeMap<>();
    entries.put("entry.empty", new PendingCodec.Entry(1L << 40, 300, List.of()));
    entries.put("entry.task", new PendingCodec.Entry(258, 0, List.of(task)));
    entries.put("entry.failure", new PendingCodec.Entry(258, 0, List.of(failure)));
    entries.put("entry.committed", new PendingCodec.Entry(258, 0, List.of(committed)));
    entries.put("entry.gone", new PendingCodec.Entry(258, 1, List.of(dropped, forgotten)));
    return entries;
  }

  @Example
  void shouldWriteTheBytesOfVersionOne() throws IOException {
    Map<String, String> bytes = new TreeMap<>();
    entries().forEach((name, entry) -> bytes.put(name, HEX.formatHex(PendingCodec.encode(entry))));
    assertThat(bytes).isEqualTo(golden());
  }

  @Example
  void shouldReadTheBytesOfVersionOne() throws IOException {
    Map<String, PendingCodec.Entry> read = new TreeMap<>();
    golden().forEach((name, hex) -> read.put(name, PendingCodec.decode(HEX.parseHex(hex))));
    assertThat(read).isEqualTo(entries());
  }

  @Provide
  Arbitrary<PendingRecord> records() {
    Arbitrary<Long> numbers = Arbitraries.longs();
    Arbitrary<Integer> small = Arbitraries.integers();
    Arbitrary<String> text =
        Arbitraries.strings().ofMaxLength(40).filter(PendingCodecTest::isUnicode);
    Arbitrary<ByteString> bytes =
        Arbitraries.bytes().array(byte[].class).ofMaxSize(200).map(ByteString::copyFrom);
    Arbitrary<ByteString> hashes =
        Arbitraries.bytes().array(byte[].class).ofSize(32).map(ByteString::copyFrom);
    Arbitrary<PendingRecord> tasks =
        Combinators.combine(numbers, hashes, bytes, Arbitraries.of(true, false), text, numbers)
            .as(PendingTask::new)
            .map(PendingRecord.Task::new);
    Arbitrary<PendingRecord> failures =
        Combinators.combine(numbers, numbers, small, text).as(PendingRecord.Failure::new);
    Arbitrary<PendingRecord> committed =
        Combinators.combine(numbers, bytes, text, numbers, small, small, numbers)
            .as(CommittedTask::new)
            .map(PendingRecord.Committed::new);
    return Arbitraries.oneOf(
        tasks,
        failures,
        committed,
        numbers.map(PendingRecord.Dropped::new),
        numbers.map(PendingRecord.Forgotten::new));
  }

  private static boolean isUnicode(String text) {
    return UTF_8.newEncoder().canEncode(text);
  }

  @Property
  void shouldReadWhatItWrote(
      @ForAll long lastId,
      @ForAll long followed,
      @ForAll @Size(max = 5) List<@From("records") PendingRecord> records) {
    PendingCodec.Entry entry = new PendingCodec.Entry(lastId, followed, records);
    byte[] payload = PendingCodec.encode(entry);
    assertThat(PendingCodec.decode(payload)).isEqualTo(entry);
    long bytes = records.stream().mapToLong(PendingCodec::bytes).sum();
    assertThat((long) payload.length).isEqualTo(PendingCodec.HEADER_BYTES + bytes);
  }

  /** Whatever the bytes: an error of the kinds that are promised, or what would be written so. */
  private static void requireNothingElse(byte[] payload) {
    PendingCodec.Entry entry;
    try {
      entry = PendingCodec.decode(payload);
    } catch (StorageException.Corruption | StorageException.Incompatible expected) {
      assertThat(expected).hasMessageContaining("log entry of uplink tasks");
      return;
    }
    assertThat(PendingCodec.encode(entry)).isEqualTo(payload);
  }

  @Property
  void shouldRefuseAnyOtherBytes(@ForAll @Size(max = 120) byte[] random) {
    byte[] payload = Arrays.copyOf(new byte[] {'P', 1}, 2 + random.length);
    System.arraycopy(random, 0, payload, 2, random.length);
    requireNothingElse(payload);
    requireNothingElse(random);
  }

  @Property
  void shouldRefuseWhatIsCutOrAltered(
      @ForAll @Size(min = 1, max = 3) List<@From("records") PendingRecord> records,
      @ForAll @IntRange(min = 0) int position,
      @ForAll byte other) {
    byte[] payload = PendingCodec.encode(new PendingCodec.Entry(1, 2, records));
    int at = position % payload.length;
    assertThatThrownBy(() -> PendingCodec.decode(Arrays.copyOf(payload, at)))
        .isInstanceOf(StorageException.Corruption.class);
    assertThatThrownBy(() -> PendingCodec.decode(Arrays.copyOf(payload, payload.length + 1)))
        .isInstanceOf(StorageException.Corruption.class);
    payload[at] = other;
    requireNothingElse(payload);
  }

  @Example
  void shouldRefuseAnotherVersion() {
    byte[] payload = PendingCodec.encode(new PendingCodec.Entry(1, 2, new ArrayList<>()));
    payload[1] = 2;
    assertThatThrownBy(() -> PendingCodec.decode(payload))
        .isInstanceOf(StorageException.Incompatible.class)
        .hasMessage("a log entry of uplink tasks begins with 5001, this one with 5002");
  }
}

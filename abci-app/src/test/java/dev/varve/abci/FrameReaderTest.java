package dev.varve.abci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.varve.abci.types.Request;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The frame decoder over all the ways a stream may be cut, and over bytes that are no stream. */
class FrameReaderTest {
  private static final int CAP = 8 << 20;

  private static byte[] frame(byte[] body) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CodedOutputStream coded = CodedOutputStream.newInstance(out);
    coded.writeByteArrayNoTag(body);
    coded.flush();
    return out.toByteArray();
  }

  private static byte[] body(int bytes, int seed) {
    byte[] body = new byte[bytes];
    new Random(seed).nextBytes(body);
    return body;
  }

  private static ByteString current(FrameReader reader) {
    return ByteString.copyFrom(reader.array(), reader.offset(), reader.length());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 4096, 1 << 20})
  void shouldReadFramesHoweverTheyAreCut(int segmentBytes) throws IOException {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    List<ByteString> bodies = new ArrayList<>();
    for (int bytes : new int[] {0, 1, 127, 128, 300, 0, 70_000, 16_383, 16_384, 5, 200_000, 0}) {
      byte[] body = body(bytes, bytes);
      bodies.add(ByteString.copyFrom(body));
      stream.write(frame(body));
    }
    FrameReader reader =
        new FrameReader(new SegmentedChannel(stream.toByteArray(), segmentBytes), CAP);
    for (ByteString body : bodies) {
      assertThat(reader.next()).isTrue();
      assertThat(current(reader)).isEqualTo(body);
    }
    assertThat(reader.hasNext()).isFalse();
    assertThat(reader.next()).isFalse();
  }

  @Test
  void shouldKnowOfWholeFramesThatHaveArrived() throws IOException {
    byte[] two = {1, 7, 1, 8, 2, 9};
    FrameReader reader = new FrameReader(new SegmentedChannel(two, two.length), CAP);
    assertThat(reader.next()).isTrue();
    assertThat(reader.hasNext()).isTrue();
    assertThat(reader.next()).isTrue();
    assertThat(current(reader)).isEqualTo(ByteString.copyFrom(new byte[] {8}));
    assertThat(reader.hasNext()).isFalse();
    assertThatThrownBy(reader::next).isInstanceOf(BadFrameException.class);
  }

  @Test
  void shouldReserveNothingForALengthThatIsOnlyAnnounced() throws IOException {
    byte[] liar = Arrays.copyOf(new byte[] {(byte) 0x80, (byte) 0x80, (byte) 0x80, 4}, 1_000);
    FrameReader reader = new FrameReader(new SegmentedChannel(liar, 100), CAP);
    assertThatThrownBy(reader::next).hasMessageContaining("after 1000 bytes of 8388612 bytes");
    assertThat(reader.capacityBytes()).isEqualTo(FrameReader.INITIAL_BYTES);
  }

  @Test
  void shouldGiveMemoryBackAfterALargeMessage() throws IOException {
    byte[] large = frame(body(CAP, 1));
    byte[] stream = Arrays.copyOf(large, large.length + 3);
    stream[large.length] = 1;
    stream[large.length + 2] = 0;
    FrameReader reader = new FrameReader(new SegmentedChannel(stream, 1 << 20), CAP);
    assertThat(reader.next()).isTrue();
    assertThat(reader.length()).isEqualTo(CAP);
    assertThat(reader.capacityBytes()).isGreaterThan(CAP);
    assertThat(reader.next()).isTrue();
    assertThat(reader.next()).isTrue();
    assertThat(reader.next()).isFalse();
    assertThat(reader.capacityBytes()).isEqualTo(FrameReader.INITIAL_BYTES);
  }

  @Property(tries = 2_000)
  void shouldSurviveAnyBytes(
      @ForAll @Size(max = 400) byte[] bytes, @ForAll @IntRange(min = 1, max = 50) int segment)
      throws IOException {
    drain(new FrameReader(new SegmentedChannel(bytes, segment), 1 << 12), 1 << 12);
  }

  /** Every frame before the damage comes out whole; behind it only bounded frames or an error. */
  @Property(tries = 1_000)
  void shouldSurviveDamagedStreams(
      @ForAll @Size(min = 1, max = 20) List<@IntRange(max = 300) Integer> sizes,
      @ForAll @IntRange(max = 6_000) int damagedAt,
      @ForAll @IntRange(min = 1, max = 255) int flip,
      @ForAll @IntRange(min = 1, max = 500) int segment)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<Integer> ends = new ArrayList<>();
    List<ByteString> bodies = new ArrayList<>();
    for (int bytes : sizes) {
      byte[] body = Requests.checkTx("x".repeat(bytes)).toByteArray();
      bodies.add(ByteString.copyFrom(body));
      out.write(frame(body));
      ends.add(out.size());
    }
    byte[] stream = out.toByteArray();
    int at = damagedAt % stream.length;
    stream[at] ^= (byte) flip;
    FrameReader reader = new FrameReader(new SegmentedChannel(stream, segment), 1 << 12);
    for (int i = 0; i < bodies.size() && ends.get(i) <= at; i++) {
      assertThat(reader.next()).isTrue();
      assertThat(current(reader)).isEqualTo(bodies.get(i));
    }
    drain(reader, 1 << 12);
  }

  private static void drain(FrameReader reader, int cap) throws IOException {
    try {
      while (reader.next()) {
        assertThat(reader.length()).isBetween(0, cap);
        for (Dialect dialect : Dialect.values()) {
          parse(dialect, reader);
        }
      }
    } catch (BadFrameException e) {
      assertThat(e).hasMessageMatching("(?s)(the length|a message|the stream).*");
    }
    assertThat(reader.capacityBytes()).isEqualTo(FrameReader.INITIAL_BYTES);
  }

  private static void parse(Dialect dialect, FrameReader reader) {
    try {
      Request request = dialect.parse(reader.array(), reader.offset(), reader.length());
      assertThat(request).isNotNull();
    } catch (InvalidProtocolBufferException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}

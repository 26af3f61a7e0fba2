package dev.varve.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class EnvelopeFuzzTest {
  private static byte[] seal(RecordType type, byte[] key, byte[] payload) {
    RecordBuffer buffer = new RecordBuffer(16);
    buffer.writeBytes(key);
    int at = buffer.beginValue();
    buffer.writeBytes(payload);
    buffer.endValue(type, 0, key.length, at);
    return buffer.copy(at, buffer.position());
  }

  @Property
  void shouldOpenWhatWasSealed(
      @ForAll RecordType type, @ForAll byte[] key, @ForAll byte[] payload) {
    assertThat(Envelope.open(type, key, seal(type, key, payload)).toByteArray()).isEqualTo(payload);
  }

  @Property
  void shouldDetectAnyFlippedBitOfValueOrKey(
      @ForAll RecordType type,
      @ForAll @Size(min = 1, max = 100) byte[] key,
      @ForAll @Size(max = 300) byte[] payload,
      @ForAll @IntRange(min = 0) int position) {
    byte[] stored = seal(type, key, payload);
    byte[] otherKey = key.clone();
    int bit = position % ((stored.length + key.length) * 8);
    byte[] target = bit < stored.length * 8 ? stored : otherKey;
    int within = bit < stored.length * 8 ? bit : bit - stored.length * 8;
    target[within / 8] ^= (byte) (1 << within % 8);
    assertThatThrownBy(() -> Envelope.open(type, otherKey, stored))
        .isInstanceOf(StorageException.Corruption.class)
        .hasMessageStartingWith(type + " record ");
  }

  @Property
  void shouldNeverOpenABurstOfUpTo32DamagedBits(
      @ForAll @Size(min = 1, max = 200) byte[] payload,
      @ForAll @IntRange(min = 0) int position,
      @ForAll @IntRange(min = 1) int damage) {
    byte[] key = {1, 2, 3};
    byte[] stored = seal(RecordType.STATE, key, payload);
    int at = position % stored.length;
    for (int i = 0; i < 4 && at + i < stored.length; i++) {
      stored[at + i] ^= (byte) (damage >>> (8 * i));
    }
    if (!Arrays.equals(stored, seal(RecordType.STATE, key, payload))) {
      assertThatThrownBy(() -> Envelope.open(RecordType.STATE, key, stored))
          .isInstanceOf(StorageException.Corruption.class);
    }
  }

  @Property
  void shouldRefuseAnyOtherBytes(@ForAll byte[] key, @ForAll @Size(max = 40) byte[] random) {
    try {
      byte[] payload = Envelope.open(RecordType.INDEX, key, random).toByteArray();
      assertThat(seal(RecordType.INDEX, key, payload)).isEqualTo(random);
    } catch (StorageException.Corruption expected) {
      assertThat(expected).hasMessageContaining("INDEX record");
    }
  }

  @Property
  void shouldNotOpenAsAnotherType(
      @ForAll RecordType type, @ForAll RecordType other, @ForAll byte[] key) {
    if (type != other) {
      byte[] stored = seal(type, key, new byte[] {7});
      assertThatThrownBy(() -> Envelope.open(other, key, stored))
          .isInstanceOf(StorageException.Corruption.class);
    }
  }
}

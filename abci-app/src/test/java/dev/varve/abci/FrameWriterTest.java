package dev.varve.abci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.abci.types.Request;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import org.junit.jupiter.api.Test;

/** Frames out: what is written, how often, and how much is kept. */
class FrameWriterTest {
  private final CountingChannel channel = new CountingChannel();
  private final FrameWriter writer = new FrameWriter(channel);

  @Test
  void shouldPushManyFramesInOneWrite() throws IOException {
    for (int i = 0; i < 1_000; i++) {
      writer.write(Requests.checkTx("tx" + i));
    }
    assertThat(channel.writes).isZero();
    writer.flush();
    assertThat(channel.writes).isEqualTo(1);
    ByteArrayInputStream in = new ByteArrayInputStream(channel.bytes.toByteArray());
    for (int i = 0; i < 1_000; i++) {
      assertThat(Request.parseDelimitedFrom(in)).isEqualTo(Requests.checkTx("tx" + i));
    }
    assertThat(in.available()).isZero();
  }

  @Test
  void shouldPushRatherThanPileUp() throws IOException {
    Request block = Requests.finalizeBlock(1, 1_000, 250);
    int frameBytes = block.getSerializedSize() + 3;
    for (int i = 0; i < 100; i++) {
      writer.write(block);
      assertThat(writer.capacityBytes()).isLessThan(2 * frameBytes);
    }
    writer.flush();
    assertThat(channel.bytes.size()).isEqualTo(100 * frameBytes);
  }

  @Test
  void shouldGiveMemoryBackAfterALargeMessage() throws IOException {
    writer.write(Requests.finalizeBlock(1, 10, 1 << 20));
    assertThat(writer.capacityBytes()).isGreaterThan(FrameWriter.RETAINED_BYTES);
    writer.flush();
    assertThat(writer.capacityBytes()).isEqualTo(FrameWriter.INITIAL_BYTES);
  }

  /** Takes at most a part of each write, as a socket may. */
  private static final class CountingChannel implements WritableByteChannel {
    private static final int MOST_BYTES = 100_000;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int writes;

    @Override
    public int write(ByteBuffer source) {
      byte[] part = new byte[Math.min(source.remaining(), MOST_BYTES)];
      source.get(part);
      bytes.writeBytes(part);
      writes++;
      return part.length;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}

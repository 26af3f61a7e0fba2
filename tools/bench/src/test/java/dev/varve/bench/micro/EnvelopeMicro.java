package dev.varve.bench.micro;

import com.google.protobuf.ByteString;
import dev.varve.storage.Envelope;
import dev.varve.storage.RecordBuffer;
import dev.varve.storage.RecordType;
import dev.varve.storage.record.StateRecord;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The checked envelope of one state record; baseline: its checksum alone. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EnvelopeMicro {
  private static final int VALUE_BYTES = 232;

  private final byte[] key = "skey-0123456789abc".getBytes(java.nio.charset.StandardCharsets.UTF_8);
  private final ByteString value = ByteString.copyFrom(new byte[VALUE_BYTES]);
  private final RecordBuffer buffer = new RecordBuffer(1024);
  private final byte[] stored = encoded();

  @Benchmark
  public byte[] encode() {
    return encoded();
  }

  private byte[] encoded() {
    buffer.reset();
    buffer.writeBytes(key);
    int valueAt = buffer.beginValue();
    buffer.writeState(1, value);
    buffer.endValue(RecordType.STATE, 0, key.length, valueAt);
    return Arrays.copyOfRange(buffer.array(), valueAt, buffer.position());
  }

  @Benchmark
  public StateRecord decode() {
    return Envelope.open(RecordType.STATE, key, stored, StateRecord.parser());
  }

  @Benchmark
  public long checksumBaseline() {
    CRC32C crc = new CRC32C();
    crc.update(stored, 0, stored.length);
    return crc.getValue();
  }
}

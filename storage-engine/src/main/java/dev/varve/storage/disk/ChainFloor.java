package dev.varve.storage.disk;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.ByteString;
import dev.varve.storage.Envelope;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lowest height of which a store keeps chain records: it stands in the META record {@link
 * #NAME}, decimal, which is durable before anything below it is deleted.
 *
 * <p>Threads: reads from any, {@link #raise} from the one that prunes.
 */
public final class ChainFloor {
  /** Name of the META record. */
  public static final String NAME = "store.chain_floor";

  private static final Logger LOG = LoggerFactory.getLogger(ChainFloor.class);
  private static final byte[] KEY = NAME.getBytes(US_ASCII);

  private final RecordReader records;
  private volatile long floor;

  public ChainFloor(RecordReader records) {
    this.records = records;
  }

  /** Reads it anew; where the record is damaged the lowest block that is there tells it. */
  public void load() {
    try {
      byte[] stored = records.values(RecordType.META, List.of(KEY)).get(0);
      floor = stored == null ? 0 : parse(Envelope.open(RecordType.META, KEY, stored));
    } catch (StorageException.Corruption e) {
      LOG.error("the lowest block that is there counts as the lowest kept: {}", e.getMessage());
      floor =
          records
              .first(RecordType.BLOCK, Keys.height(0))
              .map(entry -> Keys.heightOf(entry.key()))
              .orElse(0L);
    }
  }

  private static long parse(ByteString value) {
    try {
      return Long.parseLong(value.toString(US_ASCII));
    } catch (NumberFormatException e) {
      throw new StorageException.Corruption("the value of " + NAME + " is not a height", e);
    }
  }

  /** The height, 0 while nothing was ever dropped. */
  public long get() {
    return floor;
  }

  public boolean keeps(long height) {
    return height >= floor;
  }

  void raise(long height, RecordWriter writer) {
    writer.put(RecordType.META, KEY, ByteString.copyFrom(Long.toString(height), US_ASCII));
    writer.commit();
    floor = height;
  }
}

package dev.varve.sharding;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.shardingsphere.mode.repository.standalone.StandalonePersistRepository;

/**
 * Where ShardingSphere keeps its configuration: in memory, one of its own for each data source.
 *
 * <p>Made by ShardingSphere, which finds it as a service by {@link #TYPE}. What it brings itself is
 * an H2 database in memory, which all data sources of a process share. Safe for use by many
 * threads.
 */
public final class MemoryRepository implements StandalonePersistRepository {
  /** What the setting {@code mode.repository.type} names. */
  static final String TYPE = "VarveMemory";

  private final NavigableMap<String, String> values = new TreeMap<>();

  @Override
  public String getType() {
    return TYPE;
  }

  /**
   * An absent key and a folder have the empty text, as in the repository that this one replaces.
   */
  @Override
  public synchronized String query(String key) {
    return values.getOrDefault(key, "");
  }

  @Override
  public synchronized List<String> getChildrenKeys(String key) {
    String prefix = folder(key);
    TreeSet<String> names = new TreeSet<>(Collections.reverseOrder());
    for (Map.Entry<String, String> entry : values.tailMap(prefix, false).entrySet()) {
      if (!entry.getKey().startsWith(prefix)) {
        break;
      }
      String rest = entry.getKey().substring(prefix.length());
      int end = rest.indexOf(PATH_SEPARATOR);
      names.add(end < 0 ? rest : rest.substring(0, end));
    }
    names.remove("");
    return new ArrayList<>(names);
  }

  @Override
  public synchronized boolean isExisted(String key) {
    String next = values.ceilingKey(folder(key));
    return values.containsKey(key) || (next != null && next.startsWith(folder(key)));
  }

  @Override
  public synchronized void persist(String key, String value) {
    values.put(key, value == null ? "" : value);
  }

  @Override
  public synchronized void update(String key, String value) {
    persist(key, value);
  }

  @Override
  public synchronized void delete(String key) {
    values.keySet().removeIf(each -> each.equals(key) || each.startsWith(folder(key)));
  }

  @Override
  public synchronized void close() {
    values.clear();
  }

  private static String folder(String key) {
    return key.endsWith(PATH_SEPARATOR) ? key : key + PATH_SEPARATOR;
  }
}

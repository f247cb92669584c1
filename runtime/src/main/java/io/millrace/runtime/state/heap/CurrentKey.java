package io.millrace.runtime.state.heap;

import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.KeyHash;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.TypeSerializer;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyGroups;

/**
 * The key that all handles of a backend work on. Handles keep what they looked up until {@link
 * #serial} changes. Owned by the task thread.
 */
public final class CurrentKey {
  private final boolean longKeys;
  private final int groups;
  private final int first;
  private final int size;
  private final KeyCodec<Object> codec;
  private final TypeSerializer<Object> keys;
  private long longKey;
  private Object objectKey;
  private int hash;
  private int group = -1;
  private long serial = 1;

  @SuppressWarnings("unchecked")
  CurrentKey(TypeInformation<?> type, KeyGroupRange range, int maxParallelism) {
    this.codec = (KeyCodec<Object>) type.keyCodec();
    this.keys = (TypeSerializer<Object>) type.serializer();
    this.longKeys = codec.isLong();
    this.groups = maxParallelism;
    this.first = range.first();
    this.size = range.size();
  }

  /** Makes the decoded key current. */
  public void set(Object key) {
    if (longKeys) {
      set(codec.toLong(key));
    } else {
      set(key, codec.hash(key));
    }
  }

  public void set(long key) {
    set(key, KeyHash.ofLong(key));
  }

  /** The current key as an object; of long keys a new one, of mutable ones a copy. */
  public Object asObject() {
    requireSet();
    return longKeys ? codec.fromLong(longKey) : retainedKey();
  }

  public void set(long key, int keyHash) {
    group = checkedGroup(keyHash);
    longKey = key;
    hash = keyHash;
    serial++;
  }

  public void set(Object key, int keyHash) {
    group = checkedGroup(keyHash);
    objectKey = key;
    hash = keyHash;
    serial++;
  }

  /** What was current, to return to after a restore. */
  public record Saved(long longKey, Object objectKey, int hash, int group) {}

  public Saved save() {
    return new Saved(longKey, objectKey, hash, group);
  }

  public void reset(Saved saved) {
    longKey = saved.longKey;
    objectKey = saved.objectKey;
    hash = saved.hash;
    group = saved.group;
    serial++;
  }

  /** Makes every handle look its entry up again. */
  public void invalidate() {
    serial++;
  }

  /**
   * Index of a hash's key group in the backend's range.
   *
   * @throws IllegalStateException if it isn't there (invariant KG2)
   */
  public int groupOf(int keyHash) {
    return checkedGroup(keyHash);
  }

  private int checkedGroup(int keyHash) {
    int index = KeyGroups.groupOf(keyHash, groups) - first;
    if (index < 0 || index >= size) { // KG2
      throw new IllegalStateException(
          "A key of group "
              + (index + first)
              + " came to the subtask of the groups "
              + first
              + " to "
              + (first + size - 1)
              + ": the record was partitioned by another key or another maximal parallelism");
    }
    return index;
  }

  /** Fails unless there is a current key. */
  public void requireSet() {
    if (group < 0) {
      throw new IllegalStateException(
          "State was accessed without a key: it may be accessed while a record or a timer is"
              + " processed, not in open() or close()");
    }
  }

  /** The object key in a form that state may keep. */
  public Object retainedKey() {
    return keys.isImmutable() ? objectKey : keys.copy(objectKey);
  }

  public boolean isLong() {
    return longKeys;
  }

  public long longKey() {
    return longKey;
  }

  public Object objectKey() {
    return objectKey;
  }

  public int hash() {
    return hash;
  }

  /** Index of the key group in the backend's range. */
  public int group() {
    return group;
  }

  public KeyCodec<Object> codec() {
    return codec;
  }

  /** Changes whenever what was looked up may no longer hold. */
  public long serial() {
    return serial;
  }
}

package io.millrace.runtime.state;

import io.millrace.runtime.state.StateHandles.SharedFile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The shared files that a subtask has in a checkpoint, by operator and local name. Immutable. */
public final class SharedFilesByOperator {
  public static final SharedFilesByOperator EMPTY = new SharedFilesByOperator(Map.of());

  private final Map<String, Map<String, SharedFile>> files;

  SharedFilesByOperator(Map<String, Map<String, SharedFile>> files) {
    this.files = new HashMap<>(files);
  }

  /** Those of one operator. */
  public static SharedFilesByOperator of(String uid, List<SharedFile> files) {
    Map<String, SharedFile> byName = new HashMap<>();
    files.forEach(file -> byName.put(file.name(), file));
    return new SharedFilesByOperator(Map.of(uid, byName));
  }

  Optional<SharedFile> find(String uid, String name) {
    return Optional.ofNullable(files.getOrDefault(uid, Map.of()).get(name));
  }
}

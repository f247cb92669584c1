package io.millrace.runtime.savepoint;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a savepoint is put together of. Immutable. */
public final class SavepointPlan implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String directory;
  private final String base;
  private final ArrayList<String> carried;

  /**
   * @param directory of the new savepoint, absolute
   * @param base directory of the savepoint that operators are carried over from, absolute
   * @param carried their uids
   */
  public SavepointPlan(String directory, Optional<String> base, List<String> carried) {
    this.directory = directory;
    this.base = base.orElse("");
    this.carried = new ArrayList<>(carried);
  }

  public String directory() {
    return directory;
  }

  public Optional<String> base() {
    return base.isEmpty() ? Optional.empty() : Optional.of(base);
  }

  public List<String> carried() {
    return List.copyOf(carried);
  }
}

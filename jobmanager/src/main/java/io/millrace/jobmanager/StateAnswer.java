package io.millrace.jobmanager;

import io.millrace.runtime.inspect.StateEntry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a keyed state has for a key.
 *
 * @param seen of which checkpoint; empty if it was asked of the running subtask
 * @param entries one; of a map one an entry, of timers and windows one each; never none
 */
public record StateAnswer(Optional<Seen> seen, List<StateEntry> entries) {
  public StateAnswer {
    entries = List.copyOf(entries);
  }

  /**
   * A completed checkpoint.
   *
   * @param triggered when it began: the state is no newer than that
   */
  public record Seen(long checkpoint, Instant triggered) {}
}

package io.millrace.runtime.state;

import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the states of an operator's snapshot into the form that the program has now, and refuses
 * what can't be. Owned by the task thread.
 */
public final class StateEvolutions {
  private static final Logger LOG = LoggerFactory.getLogger(StateEvolutions.class);

  private final String operator;
  private final ClassLoader loader;
  private final Map<Pair, StateEvolution> known = new HashMap<>();

  /**
   * @param operator for messages
   * @param loader the job's
   */
  public StateEvolutions(String operator, ClassLoader loader) {
    this.operator = operator;
    this.loader = loader;
  }

  private record Pair(StateMeta written, StateMeta now) {}

  /**
   * @throws IncompatibleStateException naming operator, state and field, if it can't be read
   */
  public StateEvolution of(StateMeta written, StateMeta now) {
    return known.computeIfAbsent(new Pair(written, now), this::evolution);
  }

  private StateEvolution evolution(Pair pair) {
    StateEvolution evolution = StateEvolution.between(pair.written, pair.now, loader);
    if (!evolution.obstacles().isEmpty()) {
      throw new IncompatibleStateException(
          operator, pair.now.name(), String.join("; ", evolution.obstacles()));
    }
    if (!evolution.changes().isEmpty()) {
      LOG.info(
          "State '{}' of operator {} has changed since it was written and is read as it is now: {}",
          pair.now.name(),
          operator,
          String.join("; ", evolution.changes()));
    }
    return evolution;
  }

  /** The entries of a state in the form that the program has now, but for times to live. */
  public RawState current(RawState raw, StateMeta now) {
    return of(raw.meta(), now).convert(raw);
  }

  /**
   * Two parts of one program mean the same state.
   *
   * @throws IncompatibleStateException if they say different things of it
   */
  public void checkSame(StateMeta one, StateMeta other) {
    if (!one.equals(other)) {
      StateEvolution difference = StateEvolution.between(one, other, loader);
      String what =
          difference.obstacles().isEmpty()
              ? String.join("; ", difference.changes())
              : String.join("; ", difference.obstacles());
      throw new IncompatibleStateException(
          operator,
          other.name(),
          "the same program asks for it in two forms"
              + (what.isEmpty() ? ", with a time to live and without" : ": " + what));
    }
  }
}

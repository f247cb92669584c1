package io.millrace.runtime.state;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
  private final Set<String> told = new HashSet<>();

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
    return evolution;
  }

  /** The entries of a state in the form that the program has now, but for times to live. */
  public RawState current(RawState raw, StateMeta now) {
    StateEvolution evolution = of(raw.meta(), now);
    if (evolution.isConversion() && told.add(now.name())) {
      LOG.info(
          "State '{}' of operator {} has changed since it was written and is rewritten: {}",
          now.name(),
          operator,
          String.join("; ", evolution.changes()));
    }
    return evolution.convert(raw);
  }

  /**
   * Two parts of one program mean the same state.
   *
   * @throws IncompatibleStateException if they say different things of it
   */
  public void checkSame(StateMeta one, StateMeta other) {
    if (!one.equals(other)) {
      List<String> differences = new ArrayList<>();
      StateEvolution types = StateEvolution.between(one, other, loader);
      differences.addAll(types.obstacles());
      differences.addAll(types.changes());
      if (one.ttl() != other.ttl()) {
        differences.add("with a time to live and without");
      }
      throw new IncompatibleStateException(
          operator,
          other.name(),
          "the same program asks for it in two forms: " + String.join("; ", differences));
    }
  }
}

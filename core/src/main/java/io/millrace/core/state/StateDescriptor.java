package io.millrace.core.state;

import io.millrace.core.types.TypeInformation;
import java.io.Serializable;
import java.util.Objects;
import java.util.Optional;

/**
 * Names a state of an operator and says what it holds. The name is the state's identity across
 * restarts.
 */
public abstract sealed class StateDescriptor<T> implements Serializable
    permits ValueStateDescriptor,
        ListStateDescriptor,
        MapStateDescriptor,
        ReducingStateDescriptor,
        AggregatingStateDescriptor {
  private static final long serialVersionUID = 1L;

  private final String name;
  private final TypeInformation<T> type;
  private StateTtlConfig ttl;

  protected StateDescriptor(String name, TypeInformation<T> type) {
    this.name = Objects.requireNonNull(name, "name");
    this.type = Objects.requireNonNull(type, "type");
  }

  public final String name() {
    return name;
  }

  /** Type of the value, the element, the map's value, or the accumulator. */
  public final TypeInformation<T> type() {
    return type;
  }

  public final Optional<StateTtlConfig> ttl() {
    return Optional.ofNullable(ttl);
  }

  public final void enableTimeToLive(StateTtlConfig config) {
    this.ttl = Objects.requireNonNull(config, "config");
  }
}

package io.millrace.core.state;

import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;

/**
 * Time to live of state entries, in processing time. An expired entry is never returned; it is
 * removed when it is met and by the background clean-up.
 *
 * @param ttl how long after its last update an entry lives; positive
 * @param update which access renews an entry
 */
public record StateTtlConfig(Duration ttl, UpdateType update) implements Serializable {
  public StateTtlConfig {
    Objects.requireNonNull(update, "update");
    if (ttl.isZero() || ttl.isNegative()) {
      throw new IllegalArgumentException("A time to live must be positive, not " + ttl);
    }
  }

  /** Which access renews an entry. */
  public enum UpdateType {
    ON_CREATE_AND_WRITE,
    ON_READ_AND_WRITE
  }

  public static StateTtlConfig of(Duration ttl) {
    return new StateTtlConfig(ttl, UpdateType.ON_CREATE_AND_WRITE);
  }
}

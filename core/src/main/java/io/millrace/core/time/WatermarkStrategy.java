package io.millrace.core.time;

import io.millrace.core.function.Function;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * How a source assigns timestamps and makes watermarks, per split. Idleness is on by default (one
 * second, counted only while the split was polled empty); {@link #withoutIdleness} turns it off.
 */
public final class WatermarkStrategy<T> implements Function {
  private static final long serialVersionUID = 1L;

  /** How long a split must have been polled empty before it no longer holds the watermark. */
  public static final Duration DEFAULT_IDLENESS = Duration.ofSeconds(1);

  private final SerializableSupplier<WatermarkGenerator<T>> generator;
  private final TimestampAssigner<T> assigner;
  private final Duration idleness;

  private WatermarkStrategy(
      SerializableSupplier<WatermarkGenerator<T>> generator,
      TimestampAssigner<T> assigner,
      Duration idleness) {
    this.generator = Objects.requireNonNull(generator, "generator");
    this.assigner = assigner;
    this.idleness = idleness;
  }

  /** A supplier that can be shipped. */
  @FunctionalInterface
  public interface SerializableSupplier<G> extends Supplier<G>, Function {}

  /** Records are at most {@code maxOutOfOrderness} behind the newest one seen in their split. */
  public static <T> WatermarkStrategy<T> forBoundedOutOfOrderness(Duration maxOutOfOrderness) {
    long delay = maxOutOfOrderness.toMillis();
    if (delay < 0) {
      throw new IllegalArgumentException(
          "maxOutOfOrderness must not be negative: " + maxOutOfOrderness);
    }
    return forGenerator(() -> new BoundedOutOfOrderness<T>(delay));
  }

  /** Timestamps ascend within each split. */
  public static <T> WatermarkStrategy<T> forMonotonousTimestamps() {
    return forBoundedOutOfOrderness(Duration.ZERO);
  }

  public static <T> WatermarkStrategy<T> noWatermarks() {
    return forGenerator(NoWatermarks<T>::new);
  }

  public static <T> WatermarkStrategy<T> forGenerator(
      SerializableSupplier<WatermarkGenerator<T>> generator) {
    return new WatermarkStrategy<>(generator, null, DEFAULT_IDLENESS);
  }

  public WatermarkStrategy<T> withTimestampAssigner(TimestampAssigner<T> timestampAssigner) {
    return new WatermarkStrategy<>(generator, Objects.requireNonNull(timestampAssigner), idleness);
  }

  public WatermarkStrategy<T> withIdleness(Duration timeout) {
    return new WatermarkStrategy<>(generator, assigner, Objects.requireNonNull(timeout));
  }

  public WatermarkStrategy<T> withoutIdleness() {
    return new WatermarkStrategy<>(generator, assigner, null);
  }

  public WatermarkGenerator<T> createGenerator() {
    return generator.get();
  }

  /** The assigner; the default keeps the source's own timestamp. */
  public TimestampAssigner<T> timestampAssigner() {
    return assigner != null ? assigner : (element, recordTimestamp) -> recordTimestamp;
  }

  /** Milliseconds of emptiness until a split is idle; {@link Long#MAX_VALUE} for never. */
  public long idlenessMillis() {
    return idleness == null ? Long.MAX_VALUE : idleness.toMillis();
  }

  private static final class BoundedOutOfOrderness<T> implements WatermarkGenerator<T> {
    private final long delay;
    private long max;

    BoundedOutOfOrderness(long delay) {
      this.delay = delay;
      this.max = Long.MIN_VALUE + delay + 1;
    }

    @Override
    public void onEvent(T event, long eventTimestamp) {
      if (eventTimestamp > max) {
        max = eventTimestamp;
      }
    }

    @Override
    public long currentWatermark() {
      return max - delay - 1;
    }
  }

  private static final class NoWatermarks<T> implements WatermarkGenerator<T> {
    @Override
    public void onEvent(T event, long eventTimestamp) {}

    @Override
    public long currentWatermark() {
      return Long.MIN_VALUE;
    }
  }
}

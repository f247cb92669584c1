package io.millrace.core.function;

/**
 * Fills the keyed state of an operator from the records of a bounded stream: called with the key of
 * the record set. State handles are had in {@code open}, as in the function whose state it is, with
 * descriptors of the same names and types. One that is a {@link CheckpointedFunction} fills
 * operator state as well.
 *
 * @param <K> keys
 * @param <I> records
 */
public abstract class KeyedStateBootstrapFunction<K, I> extends AbstractRichFunction {
  public abstract void processElement(I value, Context<K> context) throws Exception;

  /** What may be known and done while one record is processed. */
  public interface Context<K> {
    /** The record's event timestamp in milliseconds, or {@code null} if it has none. */
    Long timestamp();

    /** Timers that are registered here are part of the state; none fires before it is restored. */
    TimerService timerService();

    K getCurrentKey();
  }
}

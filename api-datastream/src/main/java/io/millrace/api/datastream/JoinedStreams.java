package io.millrace.api.datastream;

import io.millrace.core.function.FlatJoinFunction;
import io.millrace.core.function.JoinFunction;
import io.millrace.core.function.KeySelector;
import io.millrace.core.types.TypeInference;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.window.WindowAssigner;
import io.millrace.runtime.operators.join.JoinEvaluation;
import java.time.Duration;

/**
 * Two streams whose records are to meet in pairs: those of one key and window. Results carry the
 * last millisecond of their window as timestamp.
 *
 * <pre>{@code
 * persons.join(auctions).where(Person::id).equalTo(Auction::seller)
 *     .window(TumblingEventTimeWindows.of(Duration.ofSeconds(10)))
 *     .apply((person, auction) -> new Sale(person.name(), auction.item()));
 * }</pre>
 */
public final class JoinedStreams<A, B> {
  private final DataStream<A> first;
  private final DataStream<B> second;

  JoinedStreams(DataStream<A> first, DataStream<B> second) {
    this.first = first;
    this.second = second;
  }

  /** The key of the first stream's records. */
  public <K> Where<A, B, K> where(KeySelector<A, K> key) {
    return where(key, TypeInference.keyOf(key));
  }

  public <K> Where<A, B, K> where(KeySelector<A, K> key, TypeInformation<K> keyType) {
    return new Where<>(first.keyBy(key, keyType), second);
  }

  /** The first stream has its key. */
  public static final class Where<A, B, K> {
    private final KeyedStream<A, K> first;
    private final DataStream<B> second;

    private Where(KeyedStream<A, K> first, DataStream<B> second) {
      this.first = first;
      this.second = second;
    }

    /**
     * The key of the second stream's records.
     *
     * @throws io.millrace.runtime.submit.JobSubmissionException if it is of another type than the
     *     first's
     */
    public EqualTo<A, B, K> equalTo(KeySelector<B, K> key) {
      return equalTo(key, TypeInference.keyOf(key));
    }

    public EqualTo<A, B, K> equalTo(KeySelector<B, K> key, TypeInformation<K> keyType) {
      return new EqualTo<>(
          KeyedPair.of("join(...).where(...).equalTo(...)", first, second.keyBy(key, keyType)));
    }
  }

  /** Both streams have their keys. */
  public static final class EqualTo<A, B, K> {
    private final KeyedPair<A, B, K> pair;

    private EqualTo(KeyedPair<A, B, K> pair) {
      this.pair = pair;
    }

    /** Records meet if they are of one window of event time. */
    public WithWindow<A, B, K> window(WindowAssigner assigner) {
      return new WithWindow<>(new WindowedPair<>(pair, assigner, 0));
    }
  }

  /** Keys and windows are known. */
  public static final class WithWindow<A, B, K> {
    private final WindowedPair<A, B, K> pair;

    private WithWindow(WindowedPair<A, B, K> pair) {
      this.pair = pair;
    }

    /**
     * How long after the watermark has passed a window's end the window still takes records; each
     * of them has the window's results emitted again. The default is zero: later records are
     * dropped and counted in the counter {@code lateRecordsDropped}.
     */
    public WithWindow<A, B, K> allowedLateness(Duration time) {
      return new WithWindow<>(pair.withLateness(time));
    }

    public <R> SingleOutputStreamOperator<R> apply(JoinFunction<A, B, R> function) {
      return pair.apply(
          "Join", new JoinEvaluation.Pairs<>(function), TypeInference.outputOf(function));
    }

    public <R> SingleOutputStreamOperator<R> apply(FlatJoinFunction<A, B, R> function) {
      return pair.apply(
          "Join", new JoinEvaluation.FlatPairs<>(function), TypeInference.outputOf(function));
    }
  }
}

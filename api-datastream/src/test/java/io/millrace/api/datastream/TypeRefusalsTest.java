package io.millrace.api.datastream;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.function.AggregateFunction;
import io.millrace.core.function.CoMapFunction;
import io.millrace.core.function.Collector;
import io.millrace.core.function.ProcessFunction;
import io.millrace.core.types.TypeHint;
import io.millrace.core.window.TumblingEventTimeWindows;
import io.millrace.runtime.submit.JobSubmissionException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Wherever a type is refused, the message says where in the program, what of it, and the remedy.
 */
class TypeRefusalsTest {
  record Job(long id, Thread worker) {}

  /** Nothing of floating point can be a key. */
  record Reading(double level) {}

  private static final String WORKER = "worker of type java.lang.Thread";

  private static final class ToJobs extends ProcessFunction<Long, Job> {
    private static final long serialVersionUID = 1L;

    @Override
    public void processElement(Long value, Context ctx, Collector<Job> out) {}
  }

  private static final class CoJobs implements CoMapFunction<Long, Long, Job> {
    private static final long serialVersionUID = 1L;

    @Override
    public Job map1(Long value) {
      return job(value);
    }

    @Override
    public Job map2(Long value) {
      return job(value);
    }
  }

  private static final class Jobs implements AggregateFunction<Long, Job, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public Job createAccumulator() {
      return job(0);
    }

    @Override
    public Job add(Long value, Job accumulator) {
      return job(value);
    }

    @Override
    public Long getResult(Job accumulator) {
      return accumulator.id();
    }

    @Override
    public Job merge(Job left, Job right) {
      return right;
    }
  }

  static Stream<Arguments> refusals() {
    return Stream.of(
        row("map(...) after 'numbers' (uid 'n1')", WORKER, numbers -> numbers.map(n -> job(n))),
        row(
            "process(...) after 'numbers' (uid 'n1')",
            WORKER,
            numbers -> numbers.process(new ToJobs())),
        row(
            "connect(...) after 'numbers' (uid 'n1')",
            WORKER,
            numbers -> numbers.connect(numbers).map(new CoJobs())),
        row(
            "window(...) after 'numbers' (uid 'n1')",
            WORKER,
            numbers ->
                numbers
                    .keyBy(n -> n)
                    .window(TumblingEventTimeWindows.of(Duration.ofSeconds(1)))
                    .aggregate(new Jobs())),
        row("keyBy(...) after 'numbers' (uid 'n1')", WORKER, numbers -> numbers.keyBy(n -> job(n))),
        row(
            "keyBy(...) after 'numbers' (uid 'n1')",
            "level",
            numbers -> numbers.keyBy(n -> new Reading(n))),
        row(
            "partitionCustom(...) after 'numbers' (uid 'n1')",
            WORKER,
            numbers -> numbers.partitionCustom((key, partitions) -> 0, n -> job(n))),
        row(
            "Operator 'wrapped': returns(...)",
            WORKER,
            numbers ->
                numbers
                    .map(n -> Optional.of(job(n)))
                    .name("wrapped")
                    .returns(new TypeHint<Optional<Job>>() {})));
  }

  private static Job job(long id) {
    return new Job(id, Thread.currentThread());
  }

  private static Arguments row(
      String place, String what, Consumer<SingleOutputStreamOperator<Long>> program) {
    return Arguments.of(place, what, program);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("refusals")
  void aRefusalNamesPlaceFieldAndRemedy(
      String place, String what, Consumer<SingleOutputStreamOperator<Long>> program) {
    SingleOutputStreamOperator<Long> numbers =
        StreamExecutionEnvironment.getExecutionEnvironment()
            .fromSequence(1, 10)
            .name("numbers")
            .uid("n1");
    assertThatThrownBy(() -> program.accept(numbers))
        .isInstanceOf(JobSubmissionException.class)
        .hasMessageStartingWith(place)
        .hasMessageContaining(what)
        .hasMessageContaining("Remedy");
  }
}

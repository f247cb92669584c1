package io.millrace.processtests.minicluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.datastream.DataStream;
import io.millrace.api.datastream.Graphs;
import io.millrace.api.datastream.RestartStrategies;
import io.millrace.api.datastream.StreamExecutionEnvironment;
import io.millrace.api.datastream.sink.DiscardingSink;
import io.millrace.client.local.MiniCluster;
import io.millrace.core.config.Configuration;
import io.millrace.core.function.MapFunction;
import io.millrace.core.function.PermanentFailure;
import io.millrace.jobmanager.JobView;
import io.millrace.runtime.state.rocksdb.RocksDbSettings;
import io.millrace.runtime.submit.JobHandle;
import io.millrace.runtime.submit.JobResult;
import io.millrace.runtime.task.TaskTuning;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** How a job's failures are told, on two TaskManagers with channels between them. */
class FailuresTest {
  private static final int PARALLELISM = 4;
  private static MiniCluster cluster;

  @BeforeAll
  static void start() {
    cluster =
        MiniCluster.start(
            new MiniCluster.Settings(
                2,
                PARALLELISM / 2,
                Optional.empty(),
                Optional.empty(),
                RocksDbSettings.of(Configuration.empty()),
                TaskTuning.FULL,
                FailuresTest.class.getClassLoader()));
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  /** A record that can't be read a second time either. */
  static final class Unreadable extends RuntimeException implements PermanentFailure {
    private static final long serialVersionUID = 1L;

    Unreadable(long number) {
      super("record " + number + " is unreadable");
    }

    @Override
    public boolean isPermanent() {
      return true;
    }
  }

  /**
   * One subtask fails in the middle of all-to-all channels, under load: what its neighbours see of
   * it, closed channels, must not be taken for the cause. Several times, for it is a race.
   */
  @RepeatedTest(5)
  void aPermanentFailureIsTheFirstThatIsHeardAndTheLastThatIsTried() throws Exception {
    StreamExecutionEnvironment env = environment();
    exchanging(
        env,
        number -> {
          if (number == 20_000) {
            throw new Unreadable(number);
          }
          return number;
        });

    JobView failed = runToItsEnd(env);

    assertThat(failed.status()).isEqualTo(JobView.Status.FAILED);
    assertThat(failed.restarts()).isZero();
    assertThat(rootCause(failed).summary())
        .contains("fragile")
        .contains("record 20000 is unreadable");
    assertThat(failed.detail().orElseThrow()).contains("record 20000 is unreadable");
  }

  /** The same without a word about trying again: each try has the true cause. */
  @Test
  void anyOtherFailureIsTriedAgainAndEveryTimeTheCauseIsHeardFirst() throws Exception {
    StreamExecutionEnvironment env = environment();
    env.setRestartStrategy(RestartStrategies.fixedDelayRestart(2, Duration.ofMillis(1)));
    exchanging(
        env,
        number -> {
          if (number == 20_000) {
            throw new IllegalStateException("no luck with " + number);
          }
          return number;
        });

    JobView failed = runToItsEnd(env);

    assertThat(failed.status()).isEqualTo(JobView.Status.FAILED);
    assertThat(failed.restarts()).isEqualTo(2);
    assertThat(failed.exceptions())
        .filteredOn(exception -> exception.summary().contains("no luck with 20000"))
        .hasSizeGreaterThanOrEqualTo(3);
    assertThat(rootCause(failed).summary()).contains("no luck with 20000");
  }

  /** What no serializer is made for; behind an object, so that only a value shows it. */
  record Job(long id, Thread worker) {}

  static Stream<Arguments> refusals() {
    return Stream.of(
        row("a value that crosses", jobs -> jobs.rebalance().sinkTo(new DiscardingSink<>())),
        row(
            "a value that two consumers share",
            jobs -> {
              jobs.sinkTo(new DiscardingSink<>());
              jobs.sinkTo(new DiscardingSink<>());
            }),
        row(
            "a key",
            jobs -> jobs.keyBy(job -> job).reduce((a, b) -> b).sinkTo(new DiscardingSink<>())));
  }

  private static Arguments row(String what, Consumer<DataStream<Object>> rest) {
    return Arguments.of(what, rest);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusals")
  void aRefusedValueNamesItsOperatorClassFieldAndRemedyAndIsNotTriedAgain(
      String what, Consumer<DataStream<Object>> rest) throws Exception {
    StreamExecutionEnvironment env = environment();
    rest.accept(
        env.fromSequence(1, 10)
            .map(id -> (Object) new Job(id, Thread.currentThread()))
            .name("assign")
            .uid("assignments"));

    JobView failed = runToItsEnd(env);

    assertThat(failed.status()).isEqualTo(JobView.Status.FAILED);
    assertThat(failed.restarts()).isZero();
    assertThat(rootCause(failed).summary())
        .contains("Operator 'assign' (uid 'assignments')")
        .contains("Job.worker of type java.lang.Thread")
        .contains("Remedy");
  }

  private static StreamExecutionEnvironment environment() {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(PARALLELISM);
    return env;
  }

  private static void exchanging(StreamExecutionEnvironment env, MapFunction<Long, Long> fate) {
    env.fromSequence(1, 1_000_000_000L)
        .rebalance()
        .map(fate)
        .name("fragile")
        .keyBy(number -> number % 1_000)
        .reduce(Math::max)
        .sinkTo(new DiscardingSink<>());
  }

  private static JobView runToItsEnd(StreamExecutionEnvironment env) throws Exception {
    JobHandle job = cluster.submit(Graphs.of(env, "failing", PARALLELISM), Optional.empty(), false);
    JobResult result = job.result().toCompletableFuture().get(120, TimeUnit.SECONDS);
    assertThat(result.status()).isEqualTo(JobResult.Status.FAILED);
    JobView failed = cluster.dispatcher().job(job.id()).orElseThrow();
    assertThat(result.failure().orElseThrow().summary()).isEqualTo(rootCause(failed).summary());
    return failed;
  }

  /** The one of the last failover, whenever it was heard. */
  private static JobView.ExceptionView rootCause(JobView job) {
    assertThat(job.exceptions()).filteredOn(JobView.ExceptionView::rootCause).isNotEmpty();
    return job.rootCause().orElseThrow();
  }
}

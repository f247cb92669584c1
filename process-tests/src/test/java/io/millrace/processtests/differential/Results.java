package io.millrace.processtests.differential;

import io.millrace.api.datastream.SingleOutputStreamOperator;
import io.millrace.api.datastream.sink.DiscardingSink;
import io.millrace.core.function.Collector;
import io.millrace.core.function.ProcessFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What the runs of jobs in this process have brought so far. */
final class Results {
  private static final ConcurrentHashMap<String, Queue<Object>> RUNS = new ConcurrentHashMap<>();

  private Results() {}

  /** Makes a result of a record and its time, which is null if it has none. */
  @FunctionalInterface
  interface Maker<R> extends io.millrace.core.function.Function {
    Object make(R record, Long time);
  }

  /** The end of a job: what comes is a result of the run. */
  static <R> void say(
      io.millrace.api.datastream.DataStream<R> stream,
      int parallelism,
      String run,
      Maker<R> maker) {
    SingleOutputStreamOperator<Long> said =
        stream.process(new Say<>(run, maker)).setParallelism(parallelism);
    said.sinkTo(new DiscardingSink<>()).setParallelism(parallelism);
  }

  private static final class Say<R> extends ProcessFunction<R, Long> {
    private static final long serialVersionUID = 1L;

    private final String run;
    private final Maker<R> maker;

    Say(String run, Maker<R> maker) {
      this.run = run;
      this.maker = maker;
    }

    @Override
    public void processElement(R record, Context ctx, Collector<Long> out) {
      RUNS.computeIfAbsent(run, name -> new ConcurrentLinkedQueue<>())
          .add(maker.make(record, ctx.timestamp()));
    }
  }

  /** All there are of a run, those of one subtask in their order. */
  @SuppressWarnings("unchecked") // what the job says
  static <T> List<T> take(String run) {
    return (List<T>)
        Optional.ofNullable(RUNS.remove(run)).map(ArrayList::new).orElseGet(ArrayList::new);
  }
}

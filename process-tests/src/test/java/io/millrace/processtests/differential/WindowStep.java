package io.millrace.processtests.differential;

import io.millrace.api.datastream.WindowedStream;
import io.millrace.core.function.Collector;
import io.millrace.core.function.ProcessWindowFunction;
import io.millrace.core.window.EventTimeSessionWindows;
import io.millrace.core.window.SlidingEventTimeWindows;
import io.millrace.core.window.TimeWindow;
import io.millrace.core.window.TumblingEventTimeWindows;
import io.millrace.core.window.WindowAssigner;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/** Windows of each key. */
record WindowStep(WindowAssigner assigner, Fold fold, Keying keying) implements Step {
  enum Fold {
    REDUCE,
    AGGREGATE,
    PROCESS,
    AGGREGATE_AND_PROCESS
  }

  @Override
  public Flow apply(Flow flow) {
    Shape shape = flow.shape();
    WindowedStream<Object, Object, TimeWindow> windows = flow.keyBy(keying).window(assigner);
    return flow.thenKeyed(
        switch (fold) {
          case REDUCE -> windows.reduce((x, y) -> Folding.plus(shape, x, y));
          case AGGREGATE -> windows.aggregate(new Folding.Sum(shape));
          case PROCESS -> windows.process(new SumWithStart(shape));
          case AGGREGATE_AND_PROCESS ->
              windows.aggregate(new Folding.Sum(shape), new SumWithStart(shape));
        });
  }

  /** Adds up what there is, and the window's start. */
  private static final class SumWithStart
      extends ProcessWindowFunction<Object, Object, Object, TimeWindow> {
    private static final long serialVersionUID = 1L;

    private final Shape shape;

    SumWithStart(Shape shape) {
      this.shape = shape;
    }

    @Override
    public void process(
        Object key, Context<TimeWindow> context, Iterable<Object> elements, Collector<Object> out) {
      Object sum = null;
      for (Object each : elements) {
        sum = sum == null ? each : Folding.plus(shape, sum, each);
      }
      out.collect(shape.of(shape.a(sum), Row.after(shape.b(sum), start(context.window().start()))));
    }
  }

  private static long start(long start) {
    return start & Row.MASK;
  }

  @Override
  public List<Row> reference(List<Row> rows) {
    List<Row> out = new ArrayList<>();
    for (List<Row> one : keying.split(rows)) {
      TreeMap<TimeWindow, Row> sums =
          new TreeMap<>(
              Comparator.comparingLong(TimeWindow::start).thenComparingLong(TimeWindow::end));
      if (assigner instanceof EventTimeSessionWindows sessions) {
        addSessions(one, sessions.gap(), sums);
      } else {
        for (Row row : one) {
          windowsOf(row.time()).forEach(window -> sums.merge(window, row, Row::plus));
        }
      }
      sums.forEach((window, sum) -> out.add(result(window, sum)));
    }
    return out;
  }

  private Row result(TimeWindow window, Row sum) {
    boolean withStart = fold == Fold.PROCESS || fold == Fold.AGGREGATE_AND_PROCESS;
    long b = withStart ? Row.after(sum.b(), start(window.start())) : sum.b();
    return new Row(sum.a(), b, window.end() - 1);
  }

  /** Found by trying every one near it. */
  private List<TimeWindow> windowsOf(long time) {
    long size;
    long slide;
    long offset;
    if (assigner instanceof TumblingEventTimeWindows tumbling) {
      size = tumbling.size();
      slide = size;
      offset = tumbling.offset();
    } else {
      SlidingEventTimeWindows sliding = (SlidingEventTimeWindows) assigner;
      size = sliding.size();
      slide = sliding.slide();
      offset = sliding.offset();
    }
    List<TimeWindow> windows = new ArrayList<>();
    long last = Math.floorDiv(time - offset, slide) + 1;
    for (long n = Math.floorDiv(time - size - offset, slide) - 1; n <= last; n++) {
      long start = n * slide + offset;
      if (start <= time && time < start + size) {
        windows.add(new TimeWindow(start, start + size));
      }
    }
    return windows;
  }

  private static void addSessions(List<Row> rows, long gap, TreeMap<TimeWindow, Row> sums) {
    List<Row> sorted = new ArrayList<>(rows);
    sorted.sort(Comparator.comparingLong(Row::time));
    int from = 0;
    for (int i = 1; i <= sorted.size(); i++) {
      if (i == sorted.size() || sorted.get(i).time() - sorted.get(i - 1).time() > gap) {
        Row sum = sorted.subList(from, i).stream().reduce(Row::plus).orElseThrow();
        sums.put(new TimeWindow(sorted.get(from).time(), sorted.get(i - 1).time() + gap), sum);
        from = i;
      }
    }
  }
}

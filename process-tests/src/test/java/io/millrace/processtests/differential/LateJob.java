package io.millrace.processtests.differential;

import io.millrace.api.datastream.SingleOutputStreamOperator;
import io.millrace.api.datastream.StreamExecutionEnvironment;
import io.millrace.api.datastream.source.DataGeneratorSource;
import io.millrace.core.function.Collector;
import io.millrace.core.function.OutputTag;
import io.millrace.core.function.ProcessWindowFunction;
import io.millrace.core.time.WatermarkStrategy;
import io.millrace.core.window.SlidingEventTimeWindows;
import io.millrace.core.window.TimeWindow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A window over records many of which are later than the watermark allows. Which of them it takes
 * depends on when watermarks come; what holds for all is what {@link #violations} looks for.
 */
final class LateJob implements Job<LateJob.Said> {
  private static final long ALLOWED_DISORDER = 300;
  private static final long DISORDER = 2_500;
  private static final int KEYS = 5;
  private static final int PARALLELISM = 3;

  private final long seed;
  private final long records;
  private final Shape shape;
  private final KeyKind kind;
  private final SlidingEventTimeWindows windows;
  private final long lateness;

  /**
   * What comes out.
   *
   * @param late whether it is a record that the window has not taken
   * @param window its start; of a late record nothing
   * @param ids of the window's records, or the late one's
   */
  record Said(boolean late, long key, long window, List<Long> ids) {}

  LateJob(long seed, long records) {
    Random random = new Random(seed);
    this.seed = seed;
    this.records = records;
    this.shape = Shape.values()[random.nextInt(Shape.values().length)];
    this.kind = KeyKind.values()[random.nextInt(KeyKind.values().length)];
    long slide = 200 + random.nextInt(400);
    this.windows = new SlidingEventTimeWindows(slide * (1 + random.nextInt(3)), slide, 0);
    this.lateness = random.nextBoolean() ? 0 : random.nextInt(500);
  }

  private static long time(long seed, long id) {
    return 2 * id - new Random(seed * 1_000_003 + id).nextLong(DISORDER);
  }

  @Override
  public StreamExecutionEnvironment define(String run, boolean whole) {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    long ofSeed = seed;
    Shape of = shape;
    Keying keying = new Keying(kind, KEYS);
    OutputTag<Object> late = new OutputTag<>("late");
    SingleOutputStreamOperator<Said> fired =
        env.fromSource(
                new DataGeneratorSource<Object>(i -> of.of(i % KEYS, i), records, of.type(whole)),
                WatermarkStrategy.<Object>forBoundedOutOfOrderness(
                        Duration.ofMillis(ALLOWED_DISORDER))
                    .withTimestampAssigner((r, none) -> time(ofSeed, of.b(r))),
                "records")
            .setParallelism(1)
            .keyBy(r -> keying.key(of.a(r)), kind.type())
            .window(windows)
            .allowedLateness(Duration.ofMillis(lateness))
            .sideOutputLateData(late)
            .process(new Contents(of))
            .setParallelism(PARALLELISM);
    Results.say(fired, PARALLELISM, run, (said, time) -> said);
    Results.say(
        fired.getSideOutput(late),
        PARALLELISM,
        run,
        (r, time) -> new Said(true, of.a(r), 0, List.of(of.b(r))));
    return env;
  }

  private static final class Contents
      extends ProcessWindowFunction<Object, Said, Object, TimeWindow> {
    private static final long serialVersionUID = 1L;

    private final Shape shape;

    Contents(Shape shape) {
      this.shape = shape;
    }

    @Override
    public void process(
        Object key, Context<TimeWindow> context, Iterable<Object> elements, Collector<Said> out) {
      List<Long> ids = new ArrayList<>();
      long a = 0;
      for (Object each : elements) {
        ids.add(shape.b(each));
        a = shape.a(each);
      }
      out.collect(new Said(false, a, context.window().start(), ids));
    }
  }

  /**
   * @param start of the window
   */
  private record Place(long key, long start) {}

  /** What is wrong with the results of a run. */
  List<String> violations(List<Said> results) {
    List<String> wrong = new ArrayList<>();
    Map<Place, Set<Long>> last = new HashMap<>();
    Set<Long> late = new HashSet<>();
    for (Said said : results) {
      if (said.late()) {
        said.ids().stream()
            .filter(id -> !late.add(id))
            .forEach(id -> wrong.add(id + " is said to be late twice"));
        continue;
      }
      Set<Long> now = new HashSet<>(said.ids());
      if (now.size() != said.ids().size()) {
        wrong.add("A record is in a window twice: " + said);
      }
      Set<Long> before = last.put(new Place(said.key(), said.window()), now);
      if (before != null && !now.containsAll(before)) {
        wrong.add("A window has lost what it had: " + said + ", " + before);
      }
    }
    long highest = Long.MIN_VALUE;
    for (long id = 0; id < records; id++) {
      long time = time(seed, id);
      // The highest watermark there can be before it.
      long watermark = highest == Long.MIN_VALUE ? highest : highest - ALLOWED_DISORDER - 1;
      boolean taken = false;
      long first = Math.floorDiv(time, windows.slide()) * windows.slide();
      for (long start = first; start > time - windows.size(); start -= windows.slide()) {
        Set<Long> content = last.getOrDefault(new Place(id % KEYS, start), Collections.emptySet());
        if (content.remove(id)) {
          taken = true;
        } else if (start + windows.size() - 1 + lateness > watermark) {
          wrong.add(id + " is not in the window from " + start + ", for which it was in time");
        }
      }
      if (taken == late.contains(id)) {
        wrong.add(id + (taken ? " was taken and said to be late" : " is gone"));
      }
      highest = Math.max(highest, time);
    }
    last.forEach(
        (place, content) -> {
          if (!content.isEmpty()) {
            wrong.add("In " + place + " are others' records: " + content);
          }
        });
    return wrong;
  }

  @Override
  public String toString() {
    return "seed "
        + seed
        + ": "
        + shape
        + " by "
        + kind
        + ", "
        + windows
        + ", lateness "
        + lateness;
  }
}

package io.millrace.processtests.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Steps with keyed state and timers. */
record KeyedStep(Kind kind, Keying keying) implements Step {
  /** Of the timers that fire when all records are there. */
  static final long END = 1L << 50;

  /** Of the timers in between, in milliseconds. */
  static final long BUCKET = 700;

  enum Kind {
    /** What comes out depends on the order within a key. */
    REDUCE,
    LAST_VALUE,
    /** Any order. */
    FOLD_VALUE,
    FOLD_LONGS,
    FOLD_REDUCING,
    FOLD_AGGREGATING,
    FOLD_LIST,
    FOLD_MAP,
    BUCKETS;

    boolean needsOrder() {
      return ordinal() <= LAST_VALUE.ordinal();
    }
  }

  @Override
  public Flow apply(Flow flow) {
    Shape shape = flow.shape();
    if (kind == Kind.REDUCE) {
      return flow.thenKeyed(
          flow.keyBy(keying)
              .reduce((x, y) -> shape.of(shape.a(x), Row.after(shape.b(x), shape.b(y)))));
    }
    return flow.thenKeyed(
        flow.keyBy(keying)
            .process(
                kind == Kind.LAST_VALUE
                    ? new LastValue(shape, flow.type())
                    : kind == Kind.BUCKETS
                        ? new Buckets(shape, flow.type())
                        : new Folding(kind, shape, flow.type())));
  }

  @Override
  public List<Row> reference(List<Row> rows) {
    List<Row> out = new ArrayList<>();
    for (List<Row> one : keying.split(rows)) {
      switch (kind) {
        case REDUCE -> {
          Row sum = null;
          for (Row row : one) {
            sum = sum == null ? row : new Row(sum.a(), Row.after(sum.b(), row.b()), row.time());
            out.add(sum);
          }
        }
        case LAST_VALUE -> {
          long last = 0;
          long number = 0;
          for (Row row : one) {
            number++;
            out.add(new Row(row.a(), LastValue.result(number, last, row.b()), row.time()));
            last = row.b();
          }
        }
        case BUCKETS -> {
          Map<Long, Row> buckets = new TreeMap<>();
          for (Row row : one) {
            long end = Buckets.end(row.time());
            buckets.merge(end, new Row(row.a(), row.b(), end), Row::plus);
          }
          out.addAll(buckets.values());
        }
        default -> {
          Row sum = one.stream().reduce(Row::plus).orElseThrow();
          out.add(new Row(sum.a(), sum.b(), END));
        }
      }
    }
    return out;
  }
}

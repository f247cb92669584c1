package io.millrace.processtests.differential;

import io.millrace.api.datastream.DataStream;
import io.millrace.api.datastream.KeyedStream;
import io.millrace.api.datastream.SingleOutputStreamOperator;
import io.millrace.core.types.TypeInformation;

/**
 * A job so far.
 *
 * @param shape of the records
 * @param whole whether they are kept as objects ({@link WholeType})
 * @param parallelism of the last operator
 * @param wide the job's parallelism
 */
record Flow(DataStream<Object> stream, Shape shape, boolean whole, int parallelism, int wide) {
  TypeInformation<Object> type() {
    return shape.type(whole);
  }

  Flow with(DataStream<Object> next) {
    return new Flow(next, shape, whole, parallelism, wide);
  }

  /** Goes on behind an operator of one record to any. */
  Flow then(SingleOutputStreamOperator<Object> next) {
    return with(next.returns(type()).setParallelism(parallelism));
  }

  /** Goes on behind an operator with keys, at the job's parallelism. */
  Flow thenKeyed(SingleOutputStreamOperator<Object> next) {
    return new Flow(next.returns(type()).setParallelism(wide), shape, whole, wide, wide);
  }

  KeyedStream<Object, Object> keyBy(Keying keying) {
    Shape of = shape;
    return stream.keyBy(record -> keying.key(of.a(record)), keying.kind().type());
  }

  Flow to(Shape other) {
    Shape from = shape;
    return new Flow(
        stream
            .map(record -> other.of(from.a(record), from.b(record)))
            .returns(other.type(whole))
            .setParallelism(parallelism),
        other,
        whole,
        parallelism,
        wide);
  }
}

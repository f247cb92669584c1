package io.millrace.api.datastream;

/** The output of a source. */
public final class DataStreamSource<T> extends SingleOutputStreamOperator<T> {
  DataStreamSource(StreamExecutionEnvironment environment, Transformation<T> transformation) {
    super(environment, transformation);
  }
}

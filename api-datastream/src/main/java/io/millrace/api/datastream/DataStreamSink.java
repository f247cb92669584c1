package io.millrace.api.datastream;

import io.millrace.runtime.graph.LogicalNode.Chaining;

/** The end of a stream. */
public final class DataStreamSink<T> {
  private final Transformation<Void> transformation;

  DataStreamSink(Transformation<Void> transformation) {
    this.transformation = transformation;
  }

  /** What it is called in plans, logs and metrics; if unique, also the identity of its state. */
  public DataStreamSink<T> name(String name) {
    transformation.setName(name);
    return this;
  }

  /** The identity of its state, unique in the job: keep it when the program changes. */
  public DataStreamSink<T> uid(String uid) {
    transformation.setUid(uid);
    return this;
  }

  public DataStreamSink<T> setParallelism(int parallelism) {
    transformation.setParallelism(parallelism);
    return this;
  }

  public DataStreamSink<T> setMaxParallelism(int maxParallelism) {
    transformation.setMaxParallelism(maxParallelism);
    return this;
  }

  /** Runs the sink in a task of its own. */
  public DataStreamSink<T> disableChaining() {
    transformation.setChaining(Chaining.NEVER);
    return this;
  }
}

package io.millrace.core.function;

/** A function with a life cycle and access to its subtask's context. */
public interface RichFunction extends Function {
  /** Called once before the first record, after state was restored. */
  default void open(OpenContext context) throws Exception {}

  /** Called once at the end, also after a failure. */
  default void close() throws Exception {}

  void setRuntimeContext(RuntimeContext context);

  RuntimeContext getRuntimeContext();
}

package io.millrace.core.function;

/** Makes any number of records of all records of a key, on either side. */
@FunctionalInterface
public interface CoGroupFunction<A, B, O> extends Function {
  /**
   * Called for each key that has a record on at least one side.
   *
   * @param first in the order of their arrival; not to be kept beyond the call
   * @param second likewise
   */
  void coGroup(Iterable<A> first, Iterable<B> second, Collector<O> out) throws Exception;
}

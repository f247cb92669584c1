package io.millrace.runtime.classloading;

import java.util.function.Supplier;

/** What {@link AdaptedTypesTest} loads as a job: uses records of its own for the first time. */
final class RecordsOfAJob implements Supplier<String> {
  record Inner(int number) {}

  record Outer(Inner left, Inner right) {}

  @Override
  public String get() {
    Outer one = new Outer(new Inner(1), new Inner(2));
    Outer same = new Outer(new Inner(1), new Inner(2));
    return one + " " + one.equals(same) + " " + (one.hashCode() == same.hashCode());
  }
}

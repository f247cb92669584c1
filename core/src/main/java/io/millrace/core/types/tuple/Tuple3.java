package io.millrace.core.types.tuple;

/** Three values without names; a record of your own says more. */
public record Tuple3<T0, T1, T2>(T0 f0, T1 f1, T2 f2) {
  public static <T0, T1, T2> Tuple3<T0, T1, T2> of(T0 f0, T1 f1, T2 f2) {
    return new Tuple3<>(f0, f1, f2);
  }

  @Override
  public String toString() {
    return "(" + f0 + ", " + f1 + ", " + f2 + ")";
  }
}

package io.millrace.core.types.tuple;

/** Five values without names; a record of your own says more. */
public record Tuple5<T0, T1, T2, T3, T4>(T0 f0, T1 f1, T2 f2, T3 f3, T4 f4) {
  public static <T0, T1, T2, T3, T4> Tuple5<T0, T1, T2, T3, T4> of(
      T0 f0, T1 f1, T2 f2, T3 f3, T4 f4) {
    return new Tuple5<>(f0, f1, f2, f3, f4);
  }

  @Override
  public String toString() {
    return "(" + f0 + ", " + f1 + ", " + f2 + ", " + f3 + ", " + f4 + ")";
  }
}

package io.millrace.core.types.tuple;

/** Four values without names; a record of your own says more. */
public record Tuple4<T0, T1, T2, T3>(T0 f0, T1 f1, T2 f2, T3 f3) {
  public static <T0, T1, T2, T3> Tuple4<T0, T1, T2, T3> of(T0 f0, T1 f1, T2 f2, T3 f3) {
    return new Tuple4<>(f0, f1, f2, f3);
  }

  @Override
  public String toString() {
    return "(" + f0 + ", " + f1 + ", " + f2 + ", " + f3 + ")";
  }
}

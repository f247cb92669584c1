package io.millrace.core.types.tuple;

/** Two values without names; a record of your own says more. */
public record Tuple2<T0, T1>(T0 f0, T1 f1) {
  public static <T0, T1> Tuple2<T0, T1> of(T0 f0, T1 f1) {
    return new Tuple2<>(f0, f1);
  }

  @Override
  public String toString() {
    return "(" + f0 + ", " + f1 + ")";
  }
}

package io.millrace.benchmarks.compare;

import java.util.Arrays;

/**
 * The 90 % interval of paired ratios: Student's t-interval of the mean of their logarithms, so that
 * r and 1 / r are treated alike and a ratio's noise may grow with it.
 *
 * @param middle the geometric mean
 */
record Interval(double low, double middle, double high) {
  /** 95 % quantiles of Student's t by degrees of freedom, from 1; both ends leave 5 % out. */
  private static final double[] T = {
    6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812, 1.796, 1.782, 1.771,
    1.761, 1.753, 1.746, 1.740, 1.734, 1.729, 1.725, 1.721, 1.717, 1.714, 1.711, 1.708, 1.706,
    1.703, 1.701, 1.699, 1.697
  };

  /**
   * @param ratios positive, of at least two pairs
   */
  static Interval of(double[] ratios) {
    if (ratios.length < 2) {
      throw new IllegalArgumentException("An interval needs two pairs, not " + ratios.length);
    }
    double[] logs = Arrays.stream(ratios).map(Math::log).toArray();
    if (!Arrays.stream(logs).allMatch(Double::isFinite)) {
      throw new IllegalArgumentException(
          "Ratios must be positive, unlike "
              + Arrays.toString(ratios)
              + ": the runs were too short for the noise; give more --seconds");
    }
    double mean = Arrays.stream(logs).average().orElseThrow();
    double squares = Arrays.stream(logs).map(log -> (log - mean) * (log - mean)).sum();
    double error = Math.sqrt(squares / (logs.length - 1) / logs.length);
    double reach = T[Math.min(logs.length - 1, T.length) - 1] * error;
    return new Interval(Math.exp(mean - reach), Math.exp(mean), Math.exp(mean + reach));
  }
}

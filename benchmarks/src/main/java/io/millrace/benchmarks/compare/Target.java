package io.millrace.benchmarks.compare;

import java.util.Locale;
import java.util.Optional;

/**
 * What a figure is wanted to be. Less of it is better.
 *
 * @param least the other's figure by ours is at least this
 * @param stretch the same, further off
 * @param ofLimit ours is at most so many times the limit's, as the further goal
 * @param most ours is at most this, whatever the other's is
 */
record Target(
    Figure figure,
    double least,
    Optional<Double> stretch,
    Optional<Double> ofLimit,
    Optional<Double> most) {
  static Target steady(double least) {
    return new Target(
        Figure.STEADY_CPU, least, Optional.empty(), Optional.empty(), Optional.empty());
  }

  static Target of(Figure figure, double least, double stretch) {
    return new Target(figure, least, Optional.of(stretch), Optional.empty(), Optional.empty());
  }

  static Target atMost(Figure figure, double most) {
    return new Target(figure, 0, Optional.empty(), Optional.empty(), Optional.of(most));
  }

  Target stretch(double ratio) {
    return new Target(figure, least, Optional.of(ratio), ofLimit, most);
  }

  Target stretchOfLimit(double factor) {
    return new Target(figure, least, stretch, Optional.of(factor), most);
  }

  /** A target is met when the lower bound of the interval meets it. */
  String verdict(Interval ratio, double ours, Optional<Double> limit) {
    if (most.isPresent()) {
      return ours <= most.get() ? "met" : "MISSED";
    }
    if (ratio.low() < least) {
      return "MISSED";
    }
    boolean further =
        stretch.map(wanted -> ratio.low() >= wanted).orElse(false)
            || (ofLimit.isPresent()
                && limit.map(floor -> ours <= ofLimit.get() * floor).orElse(false));
    return further ? "stretch" : "met";
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    if (most.isPresent()) {
      text.append(String.format(Locale.ROOT, "<= %.0f %s", most.get(), figure.unit()));
    } else {
      text.append(String.format(Locale.ROOT, "x%.4g", least));
    }
    stretch.ifPresent(ratio -> text.append(String.format(Locale.ROOT, " (x%.4g)", ratio)));
    ofLimit.ifPresent(
        factor -> text.append(String.format(Locale.ROOT, " (<= %.3g plain)", factor)));
    return text.toString();
  }
}

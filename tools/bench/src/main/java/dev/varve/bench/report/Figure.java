package dev.varve.bench.report;

import java.util.OptionalDouble;

/**
 * One row of a table of figures.
 *
 * @param group the benchmark, as {@code --only} names it
 * @param what what was measured
 * @param unit of value and baseline, as in {@code reads/s}
 * @param baseline what the baseline is
 * @param baselineValue what the baseline took in the same run; not a number where there is none
 * @param target what is asked of the value or of its ratio to the baseline
 */
public record Figure(
    String group,
    String what,
    double value,
    String unit,
    String baseline,
    double baselineValue,
    Target target) {

  public double ratio() {
    return value / baselineValue;
  }

  /** Whether the target is met; true where there is none. */
  public boolean met() {
    return target.met(this);
  }

  /** A bound on a figure. */
  public record Target(OptionalDouble bound, boolean atMost, boolean ofRatio) {
    public static final Target NONE = new Target(OptionalDouble.empty(), true, false);

    public static Target atLeast(double bound) {
      return new Target(OptionalDouble.of(bound), false, false);
    }

    public static Target atMost(double bound) {
      return new Target(OptionalDouble.of(bound), true, false);
    }

    public static Target ratioAtMost(double bound) {
      return new Target(OptionalDouble.of(bound), true, true);
    }

    private boolean met(Figure figure) {
      if (bound.isEmpty()) {
        return true;
      }
      double measured = ofRatio ? figure.ratio() : figure.value();
      return atMost ? measured <= bound.getAsDouble() : measured >= bound.getAsDouble();
    }
  }
}

package io.millrace.testkit.simulation;

/**
 * Where shipped functions find the simulation they run in: they are read from bytes, so they can't
 * be handed it. One thread runs one simulation at a time.
 */
final class Simulated {
  private static final ThreadLocal<Simulation> CURRENT = new ThreadLocal<>();

  private Simulated() {}

  static Simulation current() {
    return CURRENT.get();
  }

  static void enter(Simulation simulation) {
    CURRENT.set(simulation);
  }

  static void leave() {
    CURRENT.remove();
  }
}

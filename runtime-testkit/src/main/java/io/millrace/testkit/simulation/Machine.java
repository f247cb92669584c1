package io.millrace.testkit.simulation;

/** A process of the simulation: it can die, for ever, and be paused. */
final class Machine {
  private final String name;
  private boolean alive = true;
  private long pausedUntil;

  Machine(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  boolean isAlive() {
    return alive;
  }

  void die() {
    alive = false;
  }

  long pausedUntil() {
    return pausedUntil;
  }

  void pauseUntil(long micros) {
    pausedUntil = micros;
  }
}

package io.millrace.runtime.state;

/** Key groups {@code first} to {@code last}, both inclusive; empty if {@code last < first}. */
public record KeyGroupRange(int first, int last) {
  public boolean contains(int group) {
    return group >= first && group <= last;
  }

  public int size() {
    return Math.max(0, last - first + 1);
  }

  public boolean intersects(KeyGroupRange other) {
    return first <= other.last && other.first <= last;
  }
}

package io.millrace.runtime.state.heap;

import io.millrace.runtime.state.Timer;
import io.millrace.runtime.state.TimerQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A heap of timers per key group, and over them a heap of the groups by their first timers. Of
 * equal timestamps the lower key group comes first, in it the earlier registration; a restore keeps
 * this order. Owned by the task thread.
 */
final class HeapTimerQueue<N> implements TimerQueue<N> {
  private final CurrentKey key;
  private final List<TimerGroup<N>> groups;
  // A binary heap of group indexes, and each group's place in it; empty groups are at the end.
  private final int[] order;
  private final int[] places;
  private long sequence;
  private long size;

  HeapTimerQueue(CurrentKey key, CutClock clock, int groupCount) {
    this.key = key;
    this.groups = new ArrayList<>(groupCount);
    this.order = new int[groupCount];
    this.places = new int[groupCount];
    for (int i = 0; i < groupCount; i++) {
      groups.add(new TimerGroup<>(clock, key));
      order[i] = i;
      places[i] = i;
    }
  }

  @Override
  public boolean register(long timestamp, N namespace) {
    key.requireSet();
    int group = key.group();
    if (!groups.get(group).add(timestamp, sequence, namespace)) {
      return false;
    }
    sequence++;
    size++;
    reorder(group);
    return true;
  }

  @Override
  public boolean delete(long timestamp, N namespace) {
    key.requireSet();
    int group = key.group();
    if (!groups.get(group).delete(timestamp, namespace)) {
      return false;
    }
    size--;
    reorder(group);
    return true;
  }

  @Override
  public long peekTimestamp() {
    return size == 0 ? Long.MAX_VALUE : groups.get(order[0]).first().timestamp();
  }

  @Override
  public boolean isEmpty() {
    return size == 0;
  }

  @Override
  public Optional<Timer<N>> pollDue(long time) {
    if (size == 0) {
      return Optional.empty();
    }
    int index = order[0];
    TimerGroup<N> group = groups.get(index);
    TimerEntry<N> first = group.first();
    if (first.timestamp() > time) {
      return Optional.empty();
    }
    group.remove(first);
    size--;
    reorder(index);
    return Optional.of(first);
  }

  @Override
  public long size() {
    return size;
  }

  TimerGroup<N> group(int index) {
    return groups.get(index);
  }

  int groupCount() {
    return groups.size();
  }

  /** Restores the order of the groups after the first timer of one may have changed. */
  private void reorder(int group) {
    int at = places[group];
    while (at > 0 && isBefore(group, order[(at - 1) / 2])) {
      put(at, order[(at - 1) / 2]);
      at = (at - 1) / 2;
    }
    while (2 * at + 1 < order.length) {
      int child = 2 * at + 1;
      if (child + 1 < order.length && isBefore(order[child + 1], order[child])) {
        child++;
      }
      if (!isBefore(order[child], group)) {
        break;
      }
      put(at, order[child]);
      at = child;
    }
    put(at, group);
  }

  private void put(int at, int group) {
    order[at] = group;
    places[group] = at;
  }

  private boolean isBefore(int left, int right) {
    TimerGroup<N> a = groups.get(left);
    TimerGroup<N> b = groups.get(right);
    if (a.size() == 0 || b.size() == 0) {
      return b.size() == 0 && (a.size() != 0 || left < right);
    }
    long first = a.first().timestamp();
    long second = b.first().timestamp();
    return first != second ? first < second : left < right;
  }
}

package io.millrace.runtime.state.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PairedKeysTest {
  private int current;
  private int steps;

  private boolean step(Iterator<Integer> keys) {
    steps++;
    if (!keys.hasNext()) {
      return false;
    }
    current = keys.next();
    return true;
  }

  /** All keys in the order in which they come; none may take more than two steps and the ends. */
  private List<Integer> walk(Set<Integer> stored, List<Integer> cached) {
    Iterator<Integer> ofStore = stored.iterator();
    Iterator<Integer> ofCache = cached.iterator();
    PairedKeys keys =
        new PairedKeys(() -> step(ofStore), () -> cached.contains(current), () -> step(ofCache));
    List<Integer> walked = new ArrayList<>();
    while (keys.next()) {
      walked.add(current);
      assertThat(steps).isLessThanOrEqualTo(3);
      steps = 0;
    }
    return walked;
  }

  @Test
  void eachKeyComesOnceInBoundedSteps() {
    Random random = new Random(5);
    for (int round = 0; round < 200; round++) {
      Set<Integer> stored = new TreeSet<>();
      Set<Integer> cached = new TreeSet<>();
      for (int key = 0; key < 60; key++) {
        if (random.nextInt(4) > 0) {
          stored.add(key);
        }
        if (random.nextInt(60) >= round % 60) {
          cached.add(key);
        }
      }
      List<Integer> inSomeOrder = new ArrayList<>(cached);
      Collections.shuffle(inSomeOrder, random);
      Set<Integer> all = new TreeSet<>(stored);
      all.addAll(cached);
      assertThat(walk(stored, inSomeOrder)).containsExactlyInAnyOrderElementsOf(all);
      steps = 0;
    }
  }

  /** Else a window that fires would hold its thread as long as the store has keys. */
  @Test
  void aStoreWhoseKeysAreAllCachedIsNotPassedOverInOneGo() {
    Set<Integer> stored = new TreeSet<>();
    List<Integer> cached = new ArrayList<>();
    for (int key = 0; key < 1000; key++) {
      stored.add(key);
      if (key != 900) {
        cached.add(999 - key);
      }
    }
    assertThat(walk(stored, cached)).hasSize(1000).doesNotHaveDuplicates();
  }
}

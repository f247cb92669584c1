package io.millrace.runtime.state.heap;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.KeyHash;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.state.HandleFactory;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyedCut;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a large state of {@code long -> long} takes, and that it says when it takes time. */
class PagesTest {
  private static final int GROUPS = 128;
  private static final int KEYS = 1_000_000;

  private int looks;

  private final TableKeyedStateBackend<Long> backend =
      TableKeyedStateBackend.onHeap(
          new KeyedStateContext<>(
              "op",
              TypeInformation.of(Long.class),
              new KeyGroupRange(0, GROUPS - 1),
              GROUPS,
              HandleFactory.plain(),
              () -> 0,
              () -> looks++,
              getClass().getClassLoader()));
  private final ValueState<Long> state =
      backend.getState(new ValueStateDescriptor<>("sum", Long.class));

  @Test
  void takesAtMost64BytesAnEntryAtAnySize() {
    SegmentLayout layout = new SegmentLayout(longs(), 7, 1, false, false);
    StateTable<Long> table = new StateTable<>(layout, Optional.empty(), new CutClock(), GROUPS);
    double most = 0;
    for (int key = 1; key <= KEYS; key++) {
      insert(table, key);
      // Small tables are sparse on purpose; from here on a segment is worth its header.
      if (key >= 50_000 && key % 10_000 == 0) {
        most = Math.max(most, (double) bytes(table) / key);
      }
    }
    assertThat(most).isBetween(17.0, 64.0);
  }

  @Test
  void asksForALookAtTheTimeWhileItGrows() throws Exception {
    updateAll(KEYS / 10);
    assertThat(looks).isGreaterThan(100);
    looks = 0;
    updateAll(KEYS / 10);
    assertThat(looks).as("nothing grows").isZero();
  }

  @Test
  void asksForALookAtTheTimeWhileItCopiesPagesAfterACut() throws Exception {
    updateAll(KEYS);
    KeyedCut cut = backend.snapshot();
    looks = 0;
    updateAll(KEYS);
    // Each of some 350 pages is copied once, at its first write.
    assertThat(looks).isBetween(20, 200);
    looks = 0;
    updateAll(KEYS);
    assertThat(looks).as("all are copied").isZero();
    cut.close();
  }

  /** Look-ups go past the directories: they must lead to the same segments. */
  @Test
  void everyPlaceHasTheSegmentOfItsDirectory() {
    SegmentLayout layout = new SegmentLayout(longs(), 7, 1, false, false);
    StateTable<Long> table = new StateTable<>(layout, Optional.empty(), new CutClock(), GROUPS);
    Random random = new Random(3);
    for (int i = 0; i < 2_000_000; i++) {
      // One group has most of the keys, so that it is split oftener than the others.
      long key = random.nextLong() | 1;
      if ((KeyHash.ofLong(key) & (GROUPS - 1)) == 1 || i % 100 == 0) {
        insert(table, key);
      }
      if (i % 10_000 == 0) {
        int hash = random.nextInt();
        table.copyOf(hash & (GROUPS - 1), hash, table.segment(hash & (GROUPS - 1), hash));
      }
    }
    assertThat(table.directory(1).length).isGreaterThan(table.directory(0).length);
    for (int i = 0; i < 100_000; i++) {
      int hash = random.nextInt();
      int group = hash & (GROUPS - 1);
      Segment[] directory = table.directory(group);
      Segment expected = directory[(int) ((hash & 0xffffffffL) * directory.length >>> 32)];
      assertThat(table.segment(group, hash)).isSameAs(expected);
      assertThat(table.words(group, hash)).isSameAs(expected.words());
    }
  }

  /** The table of all directories is as deep as the deepest, so that must have an end. */
  @Test
  @SuppressWarnings("unchecked") // the table knows no key type
  void manyKeysOfOneHashDoNotDeepenTheTableOfDirectories() {
    int groups = 4096;
    KeyCodec<Object> codec =
        (KeyCodec<Object>) (KeyCodec<?>) TypeInformation.of(String.class).keyCodec();
    SegmentLayout layout = new SegmentLayout(codec, 12, 1, false, false);
    StateTable<Long> table = new StateTable<>(layout, Optional.empty(), new CutClock(), groups);
    for (int i = 0; i < 6_000; i++) {
      Segment segment = table.withRoom(5, 5, table.segment(5, 5));
      segment.occupy(~segment.find("key" + i, 5), "key" + i, 5);
      table.countInserted();
    }
    assertThat(table.directory(5)).hasSizeBetween(2, 256);
    Segment segment = table.segment(5, 5);
    for (int i = 0; i < 6_000; i++) {
      assertThat(segment.find("key" + i, 5)).isNotNegative();
    }
  }

  private void updateAll(int keys) throws Exception {
    for (long key = 1; key <= keys; key++) {
      backend.setCurrentLongKey(key, KeyHash.ofLong(key));
      state.update(key);
    }
  }

  @SuppressWarnings("unchecked") // the table knows no key type
  private static KeyCodec<Object> longs() {
    return (KeyCodec<Object>) (KeyCodec<?>) TypeInformation.of(Long.class).keyCodec();
  }

  private static void insert(StateTable<Long> table, long key) {
    int hash = KeyHash.ofLong(key);
    int group = hash & (GROUPS - 1);
    Segment segment = table.withRoom(group, hash, table.segment(group, hash));
    segment.occupy(~segment.find(key, hash), key);
    table.countInserted();
  }

  /** Words and marks of all segments; with the headers of a segment's objects, about 100 bytes. */
  private static long bytes(StateTable<Long> table) {
    long bytes = 0;
    for (int group = 0; group < GROUPS; group++) {
      Segment[] directory = table.directory(group);
      Segment before = null;
      for (Segment segment : directory) {
        bytes += 3 * 4;
        if (segment != before) {
          bytes += 8L * segment.words().length + segment.slots() + 100;
          before = segment;
        }
      }
    }
    return bytes;
  }
}

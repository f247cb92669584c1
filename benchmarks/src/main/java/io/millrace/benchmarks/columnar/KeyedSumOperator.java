package io.millrace.benchmarks.columnar;

import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.runtime.exchange.ChangeKind;
import io.millrace.runtime.exchange.ColumnarBatch;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.operators.OneInputOperator;
import io.millrace.runtime.state.FlatValueState;
import io.millrace.runtime.state.KeyedStateBackend;

/**
 * The sum of each key's numbers, as a changelog: a key comes with its first row, changes with each
 * further one, and is deleted with its last.
 */
public final class KeyedSumOperator extends OneInputOperator<ColumnarBatch, ColumnarBatch> {
  private static final byte INSERT = ChangeKind.INSERT.code();
  private static final byte UPDATE_BEFORE = ChangeKind.UPDATE_BEFORE.code();
  private static final byte UPDATE_AFTER = ChangeKind.UPDATE_AFTER.code();
  private static final byte DELETE = ChangeKind.DELETE.code();

  private FlatValueState<Group> groups;
  private ColumnarBatch changes;

  /** Of no meaning: see {@link FlatValueState#fetch}. */
  private long fetched;

  @Override
  public void open() {
    KeyedStateBackend<Long> state = context.keyedState();
    groups = state.flatState(new ValueStateDescriptor<>("groups", Group.class));
    changes = Changelog.TYPE.newBatch();
  }

  @Override
  public void process(ColumnarBatch batch, long timestamp) throws Exception {
    int[] rows = batch.selection();
    int end = batch.selected();
    int next = 0;
    while (next < end) {
      // Each row makes at most two.
      int part = Math.min(end, next + RecordBatch.CAPACITY / 2);
      fetched += groups.fetch(batch.hashes, rows, next, part);
      add(batch, rows, next, part);
      next = part;
      out.process(changes, timestamp);
      changes.clear();
    }
  }

  private void add(ColumnarBatch batch, int[] rows, int from, int to) {
    long[] keys = batch.longs(Changelog.KEY).values;
    long[] numbers = batch.longs(Changelog.NUMBER).values;
    byte[] kinds = batch.kinds;
    int[] hashes = batch.hashes;
    long[] outKeys = changes.longs(Changelog.KEY).values;
    long[] outSums = changes.longs(Changelog.NUMBER).values;
    byte[] outKinds = changes.kinds;
    int made = 0;
    for (int i = from; i < to; i++) {
      int row = rows[i];
      long key = keys[row];
      int hash = hashes[row];
      int sign = ChangeKind.sign(kinds[row]);
      long[] words = groups.find(key, hash);
      int at = groups.at();
      long count = 0;
      long before = 0;
      if (at >= 0) {
        count = words[at];
        before = words[at + 1];
        outKinds[made] = UPDATE_BEFORE;
        outKeys[made] = key;
        outSums[made] = before;
        made++;
      }
      long left = count + sign;
      if (left > 0) {
        long sum = before + sign * numbers[row];
        if (!groups.isOpen(words)) {
          words = groups.open(key, hash);
          at = groups.at();
        }
        words[at] = left;
        words[at + 1] = sum;
        outKinds[made] = count == 0 ? INSERT : UPDATE_AFTER;
        outKeys[made] = key;
        outSums[made] = sum;
        made++;
      } else {
        requireRow(count > 0, key);
        groups.remove(key, hash);
        outKinds[made - 1] = DELETE;
      }
    }
    changes.size = made;
  }

  private static void requireRow(boolean there, long key) {
    if (!there) {
      throw new IllegalStateException(
          "A row of key " + key + " is taken back, but the key has none");
    }
  }
}

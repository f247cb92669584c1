package io.millrace.runtime.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.UnsupportedTypeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ColumnarBatchTest {
  private final Random random = new Random(3);

  @Test
  void allRowsCountUntilAFilterNarrowsThem() {
    ColumnarBatch batch = Rows.TYPE.newBatch();
    List<Rows> rows = Rows.random(random, 100);
    rows.forEach(row -> row.addTo(batch));
    assertThat(Rows.selectedIn(batch)).isEqualTo(rows);

    narrow(batch, 2);
    narrow(batch, 3);
    List<Rows> sixths = new ArrayList<>();
    for (int i = 0; i < 100; i += 6) {
      sixths.add(rows.get(i));
    }
    assertThat(Rows.selectedIn(batch)).isEqualTo(sixths);
    assertThat(batch.size).isEqualTo(100);

    narrow(batch, 101);
    assertThat(batch.selected()).isEqualTo(1);
    batch.select(0);
    assertThat(Rows.selectedIn(batch)).isEmpty();
    batch.clear();
    rows.get(7).addTo(batch);
    assertThat(Rows.selectedIn(batch)).containsExactly(rows.get(7));
  }

  /**
   * Keeps the rows whose numbers are multiples, reading and writing the same array if it may be.
   */
  private static void narrow(ColumnarBatch batch, int multiple) {
    int[] rows = batch.selection();
    int[] kept = batch.narrowing();
    int count = 0;
    for (int i = 0, n = batch.selected(); i < n; i++) {
      kept[count] = rows[i];
      count += kept[count] % multiple == 0 ? 1 : 0;
    }
    batch.select(count);
  }

  @Test
  void gathersRowsOfOtherBatchesWithNullsAndKinds() {
    for (int round = 0; round < 200; round++) {
      ColumnarBatch source = Rows.TYPE.newBatch();
      List<Rows> rows = Rows.random(random, RecordBatch.CAPACITY);
      rows.forEach(row -> row.addTo(source));
      ColumnarBatch target = Rows.TYPE.newBatch();
      List<Rows> expected = new ArrayList<>();
      while (target.size < RecordBatch.CAPACITY) {
        int[] numbers = random.ints(50, 0, RecordBatch.CAPACITY).toArray();
        int from = random.nextInt(40);
        int count = Math.min(random.nextInt(10), RecordBatch.CAPACITY - target.size);
        target.append(source, numbers, from, count);
        for (int i = 0; i < count; i++) {
          expected.add(rows.get(numbers[from + i]));
        }
      }
      assertThat(Rows.selectedIn(target)).isEqualTo(expected);
      target.clear();
      assertThat(target.columns()).isEqualTo(4);
      for (int i = 0; i < 4; i++) {
        assertThat(target.column(i).hasNulls()).isFalse();
        assertThat(target.column(i).isNull(5)).isFalse();
      }
    }
  }

  @Test
  void theKeysAreTheKeyColumn() {
    ColumnarBatch batch = Rows.TYPE.layout(Rows.ID).newBatch(released -> {}, RecordBatch.CAPACITY);
    batch.longs(Rows.ID).values[3] = 77;
    assertThat(batch.keys[3]).isEqualTo(77);
    assertThat(Rows.TYPE.newBatch().keys).isEmpty();
  }

  @Test
  void onlyAnIntegerColumnIsAKey() {
    assertThatThrownBy(() -> Rows.TYPE.layout(Rows.NAME))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'name'")
        .hasMessageContaining("BYTES");
    assertThatThrownBy(() -> Rows.TYPE.layout(4)).hasMessageContaining("there are 4 columns");
  }

  @Test
  void aBatchIsNoValueOfItsOwn() {
    assertThatThrownBy(Rows.TYPE::serializer)
        .isInstanceOf(UnsupportedTypeException.class)
        .hasMessageContaining("take the columns' values instead");
    assertThatThrownBy(Rows.TYPE::keyCodec).isInstanceOf(UnsupportedTypeException.class);
    // As where one output has two consumers, who would narrow each other's selection.
    assertThatThrownBy(() -> TypeInformation.lateTyped().serializer().copy(Rows.TYPE.newBatch()))
        .isInstanceOf(UnsupportedTypeException.class)
        .hasMessageContaining("ColumnarBatch");
  }

  @Test
  void kindsHaveTheirCodesAndSigns() {
    for (ChangeKind kind : ChangeKind.values()) {
      assertThat(ChangeKind.of(kind.code())).isEqualTo(kind);
      boolean added = kind == ChangeKind.INSERT || kind == ChangeKind.UPDATE_AFTER;
      assertThat(ChangeKind.sign(kind.code())).isEqualTo(added ? 1 : -1);
    }
    assertThatThrownBy(() -> ChangeKind.of((byte) 4)).hasMessageContaining("code 4");
    assertThatThrownBy(() -> ChangeKind.of((byte) -1)).hasMessageContaining("code -1");
  }
}

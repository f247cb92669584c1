package io.millrace.runtime.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.time.TimestampAssigner;
import io.millrace.core.types.KeyHash;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.exchange.BatchLayout;
import io.millrace.runtime.exchange.BatchPool;
import io.millrace.runtime.exchange.ColumnarBatch;
import io.millrace.runtime.exchange.LocalChannel;
import io.millrace.runtime.exchange.ObjectLayout;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.exchange.Rows;
import io.millrace.runtime.state.KeyGroups;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EdgeOutputTest {
  private static final long NONE = TimestampAssigner.NO_TIMESTAMP;
  private static final int GROUPS = 16;

  private final OutputRoom room = new OutputRoom();
  private final List<LocalChannel> inputs = new ArrayList<>();

  private OutputChannel[] channels(int count, BatchLayout layout) {
    BatchPool pool = new BatchPool(Collections.nCopies(count, layout), 0);
    OutputChannel[] outputs = new OutputChannel[count];
    for (int i = 0; i < count; i++) {
      LocalChannel channel = new LocalChannel();
      inputs.add(channel);
      outputs[i] = channel.output(pool, i);
      outputs[i].onWritable(() -> {});
    }
    return outputs;
  }

  private RoundRobinOutput<Long> objects() {
    TypeInformation<Long> type = TypeInformation.of(Long.class);
    return new RoundRobinOutput<>(
        new EdgeOutput.Setup<>(
            "'numbers'", channels(1, ObjectLayout.of(type)), type, room, false, false),
        0);
  }

  private ColumnarKeyOutput columns(int count) {
    int[] channelOfGroup = new int[GROUPS];
    for (int group = 0; group < GROUPS; group++) {
      channelOfGroup[group] = KeyGroups.subtaskOf(group, count, GROUPS);
    }
    return new ColumnarKeyOutput(
        new EdgeOutput.Setup<>(
            "'rows'", channels(count, Rows.TYPE.layout(Rows.ID)), Rows.TYPE, room, true, true),
        Rows.ID,
        "id",
        channelOfGroup);
  }

  /**
   * A record's fan-out may end in a batch beyond the allowance. If that counted as room, records
   * that make many would never be held up, and fill the memory.
   */
  @Test
  void aBatchBeyondTheAllowanceIsNoRoom() throws Exception {
    RoundRobinOutput<Long> output = objects();
    for (int i = 0; i < 2 * RecordBatch.CAPACITY + 10; i++) {
      output.process((long) i, NONE);
    }
    assertThat(room.isOpen()).isFalse();
    assertThat(output.regainRoom()).isFalse();
    assertThat(output.regainRoom()).isFalse();

    ((RecordBatch) inputs.get(0).poll()).release();
    assertThat(output.regainRoom()).isTrue();
    // It has become the channel's second one, so that a full batch is followed by none.
    for (int i = 10; i < RecordBatch.CAPACITY; i++) {
      assertThat(output.regainRoom()).isTrue();
      output.process((long) i, NONE);
    }
    assertThat(output.regainRoom()).isFalse();
  }

  /** Batches are small where there are many channels; what a record may make is not. */
  @Test
  void howMuchARecordMayMakeDoesNotDependOnTheNumberOfChannels() throws Exception {
    TypeInformation<Long> type = TypeInformation.of(Long.class);
    RoundRobinOutput<Long> output =
        new RoundRobinOutput<>(
            new EdgeOutput.Setup<>(
                "'numbers'", channels(64, ObjectLayout.of(type)), type, room, false, false),
            0);
    for (int i = 0; i < 500_000; i++) {
      output.process((long) i, NONE);
    }
    assertThat(room.isOpen()).isFalse();
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 100_000; i++) {
                output.process((long) i, NONE);
              }
            })
        .hasMessageContaining("'numbers'")
        .hasMessageContaining("more than 524288 records");
  }

  @Test
  void nullIsRefusedByTheNameOfTheOperator() {
    RoundRobinOutput<Long> output = objects();
    assertThatThrownBy(() -> output.process(null, NONE))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("'numbers' emits null");
  }

  @Test
  void rowsComeToTheChannelOfTheirKeyInOrderWithTheirHash() {
    int channels = 3;
    ColumnarKeyOutput output = columns(channels);
    Random random = new Random(5);
    List<List<Rows>> expected = new ArrayList<>();
    List<List<Rows>> received = new ArrayList<>();
    for (int i = 0; i < channels; i++) {
      expected.add(new ArrayList<>());
      received.add(new ArrayList<>());
    }
    ColumnarBatch batch = Rows.TYPE.newBatch();
    for (int round = 0; round < 100; round++) {
      batch.clear();
      Rows.random(random, random.nextInt(RecordBatch.CAPACITY + 1))
          .forEach(row -> row.addTo(batch));
      if (random.nextBoolean()) {
        int kept = 0;
        for (int row = 0; row < batch.size; row++) {
          batch.narrowing()[kept] = row;
          kept += random.nextInt(3) == 0 ? 0 : 1;
        }
        batch.select(kept);
      }
      for (Rows row : Rows.selectedIn(batch)) {
        int group = KeyGroups.groupOf(KeyHash.ofLong(row.id()), GROUPS);
        expected.get(KeyGroups.subtaskOf(group, channels, GROUPS)).add(row);
      }
      output.process(batch, NONE);
      drain(received);
      assertThat(output.regainRoom()).isTrue();
    }
    output.flush();
    drain(received);
    assertThat(received).isEqualTo(expected);
    assertThat(output.recordsSent()).isEqualTo(expected.stream().mapToLong(List::size).sum());
  }

  private void drain(List<List<Rows>> received) {
    for (int i = 0; i < inputs.size(); i++) {
      while (inputs.get(i).poll() instanceof ColumnarBatch batch) {
        assertThat(batch.keyed).isTrue();
        assertThat(batch.longKeys).isTrue();
        for (int row = 0; row < batch.size; row++) {
          assertThat(batch.hashes[row]).isEqualTo(KeyHash.ofLong(batch.keys[row]));
        }
        received.get(i).addAll(Rows.selectedIn(batch));
        batch.release();
      }
    }
  }

  @Test
  void columnsAreHeldUpByAConsumerThatTakesNothing() {
    ColumnarKeyOutput output = columns(2);
    ColumnarBatch batch = Rows.TYPE.newBatch();
    Rows.random(new Random(1), RecordBatch.CAPACITY).forEach(row -> row.addTo(batch));
    int sent = 0;
    while (output.regainRoom()) {
      output.process(batch, NONE);
      sent++;
    }
    assertThat(sent).isBetween(2, 8);
    inputs.forEach(input -> ((RecordBatch) input.poll()).release());
    assertThat(output.regainRoom()).isTrue();
  }

  @Test
  void aNullKeyIsRefusedByName() {
    ColumnarKeyOutput output = columns(2);
    ColumnarBatch batch = Rows.TYPE.newBatch();
    Rows.random(new Random(1), 10).forEach(row -> row.addTo(batch));
    batch.longs(Rows.ID).setNull(4);
    batch.narrowing()[0] = 3;
    batch.select(1);
    output.process(batch, NONE);
    batch.narrowing()[0] = 4;
    assertThatThrownBy(() -> output.process(batch, NONE))
        .hasMessageContaining("'rows'")
        .hasMessageContaining("column 'id'")
        .hasMessageContaining("is null");
  }
}

package io.millrace.runtime.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.exchange.ChannelEvent.Barrier;
import io.millrace.runtime.exchange.ChannelEvent.Watermark;
import io.millrace.runtime.id.CheckpointId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LocalChannelTest {
  private static final CheckpointId ONE = new CheckpointId(1);
  private static final CheckpointId TWO = new CheckpointId(2);

  private final BatchPool pool =
      new BatchPool(List.of(ObjectLayout.of(TypeInformation.of(String.class))), 10);
  private final LocalChannel channel = new LocalChannel();
  private final OutputChannel output = channel.output(pool, 0);

  /** What a barrier has overtaken. */
  private static final class Overtaken implements InputChannel.InFlight {
    final List<Object> values = new ArrayList<>();

    @Override
    public void add(RecordBatch batch, int from) {
      values.add(((ObjectBatch) batch).value(from));
    }

    @Override
    public void addEncoded(byte[] frame, int offset, int length) {
      throw new AssertionError("Nothing is encoded within the process");
    }
  }

  private void send(String value) {
    ObjectBatch batch = (ObjectBatch) output.acquire();
    batch.begin(Optional.empty());
    batch.values[batch.size++] = value;
    output.send(batch);
  }

  private static Barrier barrier(CheckpointId id) {
    return new Barrier(id, false, "d");
  }

  private List<Object> rest() {
    List<Object> polled = new ArrayList<>();
    for (Object element = channel.poll(); element != null; element = channel.poll()) {
      if (element instanceof ObjectBatch batch) {
        polled.add(batch.value(0));
        batch.release();
      } else {
        polled.add(element);
      }
    }
    return polled;
  }

  @Test
  void tellsOfABarrierWhenItIsAddedAndOfNothingElse() {
    List<Barrier> told = new ArrayList<>();
    channel.onBarrier(told::add);
    send("a");
    output.sendEvent(new Watermark(1));
    assertThat(told).isEmpty();
    output.sendEvent(barrier(ONE));
    assertThat(told).containsExactly(barrier(ONE));
  }

  @Test
  void ba5ABarrierOvertakesWhatIsInFrontOfItAndNothingElse() {
    send("a");
    output.sendEvent(new Watermark(1));
    send("b");
    output.sendEvent(barrier(ONE));
    send("c");
    Overtaken overtaken = new Overtaken();
    channel.overtake(ONE, overtaken);
    assertThat(overtaken.values).containsExactly("a", "b");
    assertThat(channel.queued()).isEqualTo(4);
    assertThat(rest()).containsExactly("a", new Watermark(1), "b", "c");
  }

  @Test
  void ba5TheNextBarrierOvertakesWhatTheOneBeforeHas() {
    send("a");
    send("b");
    output.sendEvent(barrier(ONE));
    send("c");
    output.sendEvent(barrier(TWO));
    channel.overtake(ONE, new Overtaken());
    RecordBatch first = (RecordBatch) channel.poll();
    first.release();
    Overtaken overtaken = new Overtaken();
    channel.overtake(TWO, overtaken);
    assertThat(overtaken.values).containsExactly("b", "c");
    assertThat(rest()).containsExactly("b", "c");
  }

  @Test
  void aBarrierThatIsNotThereIsNotLookedForInSilence() {
    send("a");
    assertThatThrownBy(() -> channel.overtake(ONE, new Overtaken()))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void closingGivesBackWhatWasOvertaken() {
    while (output.isWritable()) {
      send("a");
    }
    output.sendEvent(barrier(ONE));
    channel.overtake(ONE, new Overtaken());
    assertThat(output.isWritable()).isFalse();
    channel.close();
    assertThat(output.isWritable()).isTrue();
  }
}

package io.millrace.runtime.state.heap;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.CorruptDataException;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.TypeSerializer;
import io.millrace.runtime.state.StateMeta;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Timers as the backend sees them: keyed state in the same snapshot (KG4). */
final class TimersRegistration<N> implements RegisteredState {
  private final StateMeta meta;
  private final HeapTimerQueue<N> queue;
  private final TypeSerializer<N> namespaces;
  private final CurrentKey key;

  TimersRegistration(
      StateMeta meta, HeapTimerQueue<N> queue, TypeSerializer<N> namespaces, CurrentKey key) {
    this.meta = meta;
    this.queue = queue;
    this.namespaces = namespaces;
    this.key = key;
  }

  @Override
  public StateMeta meta() {
    return meta;
  }

  @Override
  public Object handle() {
    return queue;
  }

  @Override
  public void restore(int groupIndex, StateMeta written, BinaryReader entries) {
    int count = entries.readSize(8);
    for (int i = 0; i < count; i++) {
      long timestamp = entries.readLong();
      key.set(key.codec().decode(entries));
      if (key.group() != groupIndex) {
        throw new CorruptDataException("A timer's key is not of its section's key group");
      }
      queue.register(timestamp, namespaces.read(entries));
    }
  }

  @Override
  public long size() {
    return queue.size();
  }

  @Override
  public Capture capture() {
    List<CapturedGroup<N>> groups = new ArrayList<>(queue.groupCount());
    for (int i = 0; i < queue.groupCount(); i++) {
      TimerGroup<N> group = queue.group(i);
      groups.add(new CapturedGroup<>(group.heap(), group.size()));
    }
    KeyCodec<Object> codec = key.codec();
    return new Capture() {
      @Override
      public StateMeta meta() {
        return meta;
      }

      @Override
      public boolean write(int groupIndex, BinaryWriter out) {
        CapturedGroup<N> group = groups.get(groupIndex);
        if (group.size == 0) {
          return false;
        }
        TimerEntry<N>[] sorted = Arrays.copyOf(group.heap, group.size);
        Arrays.sort(sorted, TimerEntry::compare);
        out.writeVarInt(sorted.length);
        for (TimerEntry<N> timer : sorted) {
          out.writeLong(timer.timestamp());
          codec.encode(codec.isLong() ? codec.fromLong(timer.longKey()) : timer.objectKey(), out);
          namespaces.write(timer.namespace(), out);
        }
        return true;
      }
    };
  }

  @Override
  public void cleanUp(int slots) {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record CapturedGroup<N>(TimerEntry<N>[] heap, int size) {}
}

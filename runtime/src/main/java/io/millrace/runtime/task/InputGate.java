package io.millrace.runtime.task;

import io.millrace.runtime.exchange.ChannelEvent.Barrier;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.id.CheckpointId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.BiConsumer;

/**
 * All input channels of a subtask, polled in turn. A channel that was empty is not looked at again
 * before it says that something was added. {@link #poll} and what belongs to it are for the
 * subtask's thread.
 */
final class InputGate implements AutoCloseable {
  private final InputChannel[] channels;

  private final List<InputEdge> edges;

  /** The edge of each channel. */
  private final int[] edgeOf;

  /** Which input of a two-input operator each channel feeds. */
  private final int[] inputs;

  private final AtomicLongArray announced;
  private final long[] ready;
  private final long[] unblocked;
  private int next;
  private int current = -1;

  /**
   * @param edgeOf index of each channel's edge
   */
  InputGate(List<InputChannel> channels, List<InputEdge> edges, int[] edgeOf, Runnable wakeUp) {
    this.channels = channels.toArray(new InputChannel[0]);
    this.edges = List.copyOf(edges);
    this.edgeOf = edgeOf.clone();
    this.inputs = new int[edgeOf.length];
    for (int i = 0; i < edgeOf.length; i++) {
      inputs[i] = edges.get(edgeOf[i]).input();
    }
    int words = (this.channels.length + 63) >>> 6;
    this.announced = new AtomicLongArray(words);
    this.ready = new long[words];
    this.unblocked = new long[words];
    for (int i = 0; i < this.channels.length; i++) {
      unblocked[i >>> 6] |= 1L << i;
      int channel = i;
      this.channels[i].onReadable(
          () -> {
            announced.getAndAccumulate(channel >>> 6, 1L << channel, (a, b) -> a | b);
            wakeUp.run();
          });
    }
  }

  int size() {
    return channels.length;
  }

  /**
   * The next batch or event, or null; {@link #channel} and {@link #input} say where it came from.
   */
  Object poll() {
    while (true) {
      int channel = nextReady();
      if (channel < 0) {
        return null;
      }
      Object element = channels[channel].poll();
      if (element != null) {
        current = channel;
        next = channel + 1 == channels.length ? 0 : channel + 1;
        return element;
      }
      ready[channel >>> 6] &= ~(1L << channel);
    }
  }

  int channel() {
    return current;
  }

  int input() {
    return inputs[current];
  }

  List<InputEdge> edges() {
    return edges;
  }

  int edge(int channel) {
    return edgeOf[channel];
  }

  /**
   * @param listener told of each barrier that is added to a channel, from any thread
   */
  void onBarrier(BiConsumer<Integer, Barrier> listener) {
    for (int i = 0; i < channels.length; i++) {
      int channel = i;
      channels[i].onBarrier(barrier -> listener.accept(channel, barrier));
    }
  }

  /** Takes out a barrier that was added and not polled, ahead of what is in front of it. */
  void overtake(int channel, CheckpointId checkpoint, RecordsInFlight inFlight) {
    channels[channel].overtake(checkpoint, inFlight.of(edgeOf[channel]));
    ready[channel >>> 6] |= 1L << channel; // It may look empty to those who add.
  }

  /** Blocks or resumes a channel during alignment. */
  void setBlocked(int channel, boolean blocked) {
    long bit = 1L << channel;
    if (blocked) {
      unblocked[channel >>> 6] &= ~bit;
    } else {
      unblocked[channel >>> 6] |= bit;
    }
    channels[channel].setBlocked(blocked);
  }

  /** A failed channel's reason; asked when nothing was there. */
  Optional<Throwable> failure() {
    for (InputChannel channel : channels) {
      Optional<Throwable> failure = channel.failure();
      if (failure.isPresent()) {
        return failure;
      }
    }
    return Optional.empty();
  }

  private int nextReady() {
    for (int word = 0; word < ready.length; word++) {
      if (announced.getPlain(word) != 0) {
        ready[word] |= announced.getAndSet(word, 0);
      }
    }
    int start = next >>> 6;
    long mask = -1L << next;
    for (int i = 0; i <= ready.length; i++) {
      int word = (start + i) % ready.length;
      long candidates = ready[word] & unblocked[word] & mask;
      if (candidates != 0) {
        return (word << 6) + Long.numberOfTrailingZeros(candidates);
      }
      mask = i + 1 == ready.length ? ~(-1L << next) : -1L;
    }
    return -1;
  }

  @Override
  public void close() {
    for (InputChannel channel : channels) {
      channel.close();
    }
  }
}

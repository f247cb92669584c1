package io.millrace.runtime.state.heap;

import io.millrace.core.types.BinaryWriter;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyedCut;
import io.millrace.runtime.state.RawState;
import io.millrace.runtime.state.SectionOutput;
import io.millrace.runtime.state.StoreFiles;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A cut of a backend. One thread writes, any may close. */
final class TableCut implements KeyedCut {
  private final KeyGroupRange range;
  private final List<RegisteredState.Capture> captures;
  private final Map<Integer, List<Supplier<RawState>>> unclaimed;
  private final StateStorage.Cut stored;
  private final Runnable onHeap;
  private final BinaryWriter entries = new BinaryWriter();
  private boolean writing;
  private boolean closed;
  private boolean released;

  /**
   * @param onHeap lets go what it has on the heap
   */
  TableCut(
      KeyGroupRange range,
      List<RegisteredState.Capture> captures,
      Map<Integer, List<Supplier<RawState>>> unclaimed,
      StateStorage.Cut stored,
      Runnable onHeap) {
    this.range = range;
    this.captures = captures;
    this.unclaimed = unclaimed;
    this.stored = stored;
    this.onHeap = onHeap;
  }

  @Override
  public KeyGroupRange keyGroups() {
    return range;
  }

  @Override
  public CompletionStage<Void> prepared() {
    return stored.prepared();
  }

  @Override
  public void writeGroup(int group, SectionOutput out) throws IOException {
    begin();
    try {
      for (RegisteredState.Capture capture : captures) {
        capture.write(group - range.first(), out, entries);
      }
      for (Supplier<RawState> state : unclaimed.getOrDefault(group, List.of())) {
        state.get().copyTo(out);
      }
    } finally {
      end();
    }
  }

  @Override
  public <R> Optional<R> withFiles(StoreFiles.Use<R> use) throws IOException {
    begin();
    try {
      return stored.withFiles(use);
    } finally {
      end();
    }
  }

  private synchronized void begin() {
    if (closed) {
      throw new CancellationException("The snapshot was aborted");
    }
    writing = true;
  }

  private void end() {
    synchronized (this) {
      writing = false;
      if (!closed) {
        return;
      }
    }
    release();
  }

  @Override
  public void close() {
    stored.abandon();
    synchronized (this) {
      closed = true;
      // What is being read stays as it is until it was read.
      if (writing) {
        return;
      }
    }
    release();
  }

  private void release() {
    synchronized (this) {
      if (released) {
        return;
      }
      released = true;
    }
    onHeap.run();
    stored.release();
  }
}

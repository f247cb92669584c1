package io.millrace.jobmanager.enumerator;

import io.millrace.core.source.Source;
import io.millrace.core.source.SourceSplit;
import io.millrace.core.source.SplitEnumerator;
import io.millrace.core.source.SplitEnumeratorContext;
import io.millrace.core.source.VersionedSerializer;
import io.millrace.runtime.classloading.UserObjects;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.operators.SourceOperatorFactory;
import io.millrace.runtime.scheduler.JobEvent;
import io.millrace.runtime.state.StateHandles.Blob;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * One enumerator of one execution, with its context. What touches user code runs on the
 * enumerators' thread; {@link #end} may be called by any.
 */
final class Enumerator {
  private final JobVertex vertex;
  private final int execution;
  private final int parallelism;
  private final EnumeratorCalls calls;
  private final Consumer<JobEvent.FromEnumerator> listener;
  private final TreeSet<Integer> readers = new TreeSet<>();
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile Optional<ClassLoader> loader = Optional.empty();
  private Optional<Typed<?, ?>> typed = Optional.empty();

  Enumerator(
      JobVertex vertex,
      int execution,
      int parallelism,
      EnumeratorCalls calls,
      Consumer<JobEvent.FromEnumerator> listener) {
    this.vertex = vertex;
    this.execution = execution;
    this.parallelism = parallelism;
    this.calls = calls;
    this.listener = listener;
  }

  JobVertex vertex() {
    return vertex;
  }

  int execution() {
    return execution;
  }

  EnumeratorCalls calls() {
    return calls;
  }

  /** The job's, once it is known. */
  Optional<ClassLoader> loader() {
    return loader;
  }

  /** From now on it is not heard any more. False if that was so already. */
  boolean end() {
    return ended.compareAndSet(false, true);
  }

  /** Reads the source with the job's class loader (invariant CL3), then makes the enumerator. */
  void open(EnumeratorHost.UserCode userCode, Optional<Blob> state) throws Exception {
    ClassLoader userLoader = userCode.loader();
    loader = Optional.of(userLoader);
    Thread.currentThread().setContextClassLoader(userLoader); // restored by the caller
    Object factory =
        UserObjects.read(vertex.operators().get(0).factory(), userLoader, vertex.name());
    if (!(factory instanceof SourceOperatorFactory<?> source)) {
      throw new IOException("The head of the chain is no source but " + factory.getClass());
    }
    Typed<?, ?> opened = new Typed<>(source.source());
    opened.open(state);
    typed = Optional.of(opened);
  }

  void addReader(int subtask) {
    readers.add(subtask);
    withTyped(t -> t.enumerator.addReader(subtask));
  }

  void requestSplit(int subtask) {
    withTyped(t -> t.enumerator.handleSplitRequest(subtask));
  }

  void snapshot(CheckpointId checkpoint) throws Exception {
    if (!ended.get() && typed.isPresent()) {
      Blob state = typed.get().snapshot(checkpoint);
      listener.accept(
          new JobEvent.EnumeratorSnapshot(vertex.index(), execution, checkpoint, state));
    }
  }

  void completed(CheckpointId checkpoint) throws Exception {
    if (!ended.get() && typed.isPresent()) {
      typed.get().enumerator.notifyCheckpointComplete(checkpoint.value());
    }
  }

  /** Also when it has ended: that is what it must not miss. */
  void close() throws IOException {
    Optional<Typed<?, ?>> closing = typed;
    typed = Optional.empty();
    if (closing.isPresent()) {
      closing.get().enumerator.close();
    }
  }

  private void withTyped(Consumer<Typed<?, ?>> action) {
    if (!ended.get()) {
      typed.ifPresent(action);
    }
  }

  /** Where the source's type parameters have names. */
  private final class Typed<SplitT extends SourceSplit, StateT>
      implements SplitEnumeratorContext<SplitT> {
    private final Source<?, SplitT, StateT> source;
    private final VersionedSerializer<SplitT> splits;
    private SplitEnumerator<SplitT, StateT> enumerator;

    Typed(Source<?, SplitT, StateT> source) {
      this.source = source;
      this.splits = source.splitSerializer();
    }

    void open(Optional<Blob> state) throws IOException {
      if (state.isPresent()) {
        StateT restored =
            state
                .get()
                .read(source.enumeratorStateSerializer(), "The state of the split enumerator");
        enumerator = source.restoreEnumerator(this, restored);
      } else {
        enumerator = source.createEnumerator(this);
      }
      enumerator.start();
    }

    Blob snapshot(CheckpointId checkpoint) throws Exception {
      VersionedSerializer<StateT> serializer = source.enumeratorStateSerializer();
      StateT state = enumerator.snapshotState(checkpoint.value());
      return new Blob(serializer.version(), serializer.serialize(state));
    }

    @Override
    public int currentParallelism() {
      return parallelism;
    }

    @Override
    public Set<Integer> registeredReaders() {
      return Collections.unmodifiableSet(new TreeSet<>(readers));
    }

    @Override
    public void assignSplits(int subtask, List<SplitT> assigned) {
      List<Blob> blobs = new ArrayList<>(assigned.size());
      for (SplitT split : assigned) {
        try {
          blobs.add(new Blob(splits.version(), splits.serialize(split)));
        } catch (IOException e) {
          throw new IllegalStateException(
              "Split " + split.splitId() + " cannot be serialized: " + e.getMessage(), e);
        }
      }
      tell(new JobEvent.EnumeratorAssigned(vertex.index(), execution, subtask, blobs));
    }

    @Override
    public void signalNoMoreSplits(int subtask) {
      tell(new JobEvent.EnumeratorNoMoreSplits(vertex.index(), execution, subtask));
    }

    private void tell(JobEvent.FromEnumerator event) {
      if (!ended.get()) {
        listener.accept(event);
      }
    }

    @Override
    public <R> void callAsync(Callable<R> call, BiConsumer<R, Throwable> handler) {
      calls.callBlocking(Enumerator.this, () -> runAsync(call, handler, () -> {}));
    }

    @Override
    public <R> void callAsync(
        Callable<R> call,
        BiConsumer<R, Throwable> handler,
        Duration initialDelay,
        Duration period) {
      calls.callLater(Enumerator.this, initialDelay, () -> periodically(call, handler, period));
    }

    private <R> void periodically(
        Callable<R> call, BiConsumer<R, Throwable> handler, Duration period) {
      if (!ended.get()) {
        Runnable next =
            () ->
                calls.callLater(Enumerator.this, period, () -> periodically(call, handler, period));
        calls.callBlocking(Enumerator.this, () -> runAsync(call, handler, next));
      }
    }

    /** On an I/O thread; the handler then on the enumerators'. */
    private <R> void runAsync(
        Callable<R> call, BiConsumer<R, Throwable> handler, Runnable afterwards) {
      if (ended.get()) {
        return;
      }
      R result = null;
      Throwable failure = null;
      try {
        result = call.call();
      } catch (Throwable e) {
        failure = e;
      }
      R finalResult = result;
      Throwable finalFailure = failure;
      calls.call(
          Enumerator.this,
          "the handler of a callAsync",
          () -> {
            if (!ended.get()) {
              handler.accept(finalResult, finalFailure);
              afterwards.run();
            }
          });
    }

    @Override
    public void fail(Throwable cause) {
      calls.fail(Enumerator.this, cause);
    }
  }
}

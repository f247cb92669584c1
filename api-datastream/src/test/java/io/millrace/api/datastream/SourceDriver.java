package io.millrace.api.datastream;

import io.millrace.core.source.Source;
import io.millrace.core.source.SourceSplit;
import io.millrace.core.source.SplitEnumerator;
import io.millrace.core.source.SplitEnumeratorContext;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.operators.SourceOperatorFactory;
import io.millrace.runtime.rpc.ToTaskManager;
import io.millrace.runtime.state.StateHandles.Blob;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Runs the enumerator of one source by direct call. */
final class SourceDriver {
  private final Consumer<ToTaskManager> out;
  private final Enumeration<?> enumeration;
  private final Map<Integer, AttemptId> attempts = new HashMap<>();
  private long sequence;

  SourceDriver(JobVertex vertex, ClassLoader loader, Consumer<ToTaskManager> out)
      throws IOException, ClassNotFoundException {
    this.out = out;
    byte[] bytes = vertex.operators().get(0).factory();
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      Source<?, ?, ?> source = ((SourceOperatorFactory<?>) in.readObject()).source();
      enumeration = new Enumeration<>(source, vertex.parallelism());
    }
  }

  void onRequest(AttemptId attempt) {
    attempts.put(attempt.subtask().index(), attempt);
    enumeration.enumerator.handleSplitRequest(attempt.subtask().index());
  }

  private final class Enumeration<S extends SourceSplit> implements SplitEnumeratorContext<S> {
    private final Source<?, S, ?> source;
    private final int parallelism;
    private final SplitEnumerator<S, ?> enumerator;

    Enumeration(Source<?, S, ?> source, int parallelism) throws IOException {
      this.source = source;
      this.parallelism = parallelism;
      this.enumerator = source.createEnumerator(this);
      enumerator.start();
    }

    @Override
    public int currentParallelism() {
      return parallelism;
    }

    @Override
    public Set<Integer> registeredReaders() {
      return attempts.keySet();
    }

    @Override
    public void assignSplits(int subtask, List<S> splits) {
      List<Blob> blobs = new ArrayList<>();
      for (S split : splits) {
        try {
          blobs.add(
              new Blob(
                  source.splitSerializer().version(), source.splitSerializer().serialize(split)));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      out.accept(new ToTaskManager.AssignSplits(attempts.get(subtask), ++sequence, blobs));
    }

    @Override
    public void signalNoMoreSplits(int subtask) {
      out.accept(new ToTaskManager.NoMoreSplits(attempts.get(subtask), ++sequence));
    }

    @Override
    public <R> void callAsync(Callable<R> call, BiConsumer<R, Throwable> handler) {
      throw new UnsupportedOperationException();
    }

    @Override
    public <R> void callAsync(
        Callable<R> call, BiConsumer<R, Throwable> handler, Duration delay, Duration period) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void fail(Throwable cause) {
      throw new AssertionError(cause);
    }
  }
}

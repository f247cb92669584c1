package io.millrace.runtime.task;

import io.millrace.core.types.BinaryReader;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.operators.Operator;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.RawState;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The operators of a subtask, wired: each calls the next directly, and the last ones the outputs.
 * Subtask's thread only.
 */
final class OperatorChain {
  private final List<Operator<?>> operators;
  private final List<OperatorEnvironment> environments;
  private final ChainOutputs outputs;
  private final BatchLoop[] loops;
  private final Optional<KeyedStateBackend<?>> headState;

  /**
   * @param loops one per input of the head; none for a source
   */
  OperatorChain(
      List<Operator<?>> operators,
      List<OperatorEnvironment> environments,
      ChainOutputs outputs,
      BatchLoop[] loops) {
    this.operators = List.copyOf(operators);
    this.environments = List.copyOf(environments);
    this.outputs = outputs;
    this.loops = loops;
    this.headState = environments.get(0).keyedBackend();
  }

  Operator<?> head() {
    return operators.get(0);
  }

  List<Operator<?>> operators() {
    return operators;
  }

  List<OperatorEnvironment> environments() {
    return environments;
  }

  ChainOutputs outputs() {
    return outputs;
  }

  BatchLoop loop(int input) {
    return loops[input];
  }

  /** Whether each operator is open in all that it waits for. */
  boolean isReady() {
    for (Operator<?> operator : operators) {
      if (!operator.isReady()) {
        return false;
      }
    }
    return true;
  }

  /** Whether no operator has anything under way that the end would have to wait for. */
  boolean isQuiescent() {
    for (Operator<?> operator : operators) {
      if (!operator.isQuiescent()) {
        return false;
      }
    }
    return true;
  }

  void checkpointCompleted(CheckpointId checkpoint) throws Exception {
    for (Operator<?> operator : operators) {
      operator.checkpointCompleted(checkpoint);
    }
  }

  void checkpointAborted(CheckpointId checkpoint) throws Exception {
    for (Operator<?> operator : operators) {
      operator.checkpointAborted(checkpoint);
    }
  }

  boolean sinksHaveRoom() {
    for (Operator<?> operator : operators) {
      if (!operator.hasRoom()) {
        return false;
      }
    }
    return true;
  }

  boolean isDue(int operator, long time) {
    return environments.get(operator).processingTimeDue() <= time;
  }

  /** The operator is about to fire what is due and will say again what comes next. */
  void processingTimeStarts(int operator) {
    environments.get(operator).processingTimeReached();
  }

  void addCountersTo(Map<String, Long> sums) {
    for (OperatorEnvironment environment : environments) {
      environment.addCountersTo(sums);
    }
  }

  /** Between batches: a bounded amount of work, such as removing what has expired. */
  void cleanUpState() {
    if (headState.isPresent()) {
      headState.get().cleanUpSome();
    }
  }

  /**
   * Goes on with the cut that was taken last, by what takes a millisecond at most.
   *
   * @return whether there is more to do
   */
  boolean goOnWithCut() {
    return headState.isPresent() && headState.get().goOnWithCut();
  }

  /**
   * Closes operators and state whatever happens; the first thing that went wrong, if any. The
   * outputs stay open.
   */
  Optional<Throwable> close() {
    Optional<Throwable> failure = Optional.empty();
    for (Operator<?> operator : operators) {
      try {
        operator.close();
      } catch (Throwable t) {
        failure = failure.isPresent() ? failure : Optional.of(t);
      }
    }
    for (OperatorEnvironment environment : environments) {
      try {
        environment.keyedBackend().ifPresent(KeyedStateBackend::close);
      } catch (RuntimeException e) {
        failure = failure.isPresent() ? failure : Optional.of(e);
      }
    }
    return failure;
  }

  /**
   * What a state of an operator has for a key; see {@link KeyedStateBackend#peek}.
   *
   * @param key in its canonical encoding
   */
  Optional<RawState> peek(String uid, String state, byte[] key, ClassLoader loader) {
    for (OperatorEnvironment environment : environments) {
      if (environment.node().uid().equals(uid) && environment.keyedBackend().isPresent()) {
        return peek(environment.keyedBackend().get(), state, new BinaryReader(key, loader));
      }
    }
    throw new IllegalArgumentException("operator " + uid + " has no keyed state here");
  }

  private static <K> Optional<RawState> peek(
      KeyedStateBackend<K> backend, String state, BinaryReader key) {
    return backend.peek(state, backend.keyCodec().decode(key));
  }
}

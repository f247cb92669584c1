package io.millrace.runtime.task;

import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.TypeSchema;
import io.millrace.runtime.exchange.ColumnarLayout;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.exchange.netty.BatchCodec;
import io.millrace.runtime.id.EdgeId;
import io.millrace.runtime.operators.EdgeSpec;
import io.millrace.runtime.rpc.TaskDeployment;
import io.millrace.runtime.state.KeyGroupRange;
import java.util.Optional;

/**
 * What a subtask knows of one of its incoming edges when records in flight are to be snapshotted
 * and restored. Subtask's thread only.
 */
final class InputEdge {
  private final EdgeId id;
  private final int input;
  private final EdgeSpec<?, ?> spec;
  private final boolean overtakable;
  private final Ownership owned;
  private final ClassLoader loader;
  private Optional<BatchCodec> codec = Optional.empty();

  /**
   * Which keys are the subtask's.
   *
   * @param groups of the operator, a power of two
   */
  record Ownership(KeyGroupRange range, int groups) {}

  InputEdge(
      TaskDeployment.Input input, EdgeSpec<?, ?> spec, Ownership owned, ClassLoader userLoader) {
    this.id = input.id();
    this.input = input.edge().targetInput();
    this.spec = spec;
    this.owned = owned;
    this.loader = userLoader;
    this.overtakable =
        input.edge().partitioning().mayBeOvertaken() && !(spec.layout() instanceof ColumnarLayout);
  }

  EdgeId id() {
    return id;
  }

  /** Which input of a two-input operator it feeds. */
  int input() {
    return input;
  }

  /** Whether a barrier may overtake its records (BA11). */
  boolean isOvertakable() {
    return overtakable;
  }

  TypeSchema schema() {
    return spec.type().schema();
  }

  BatchCodec codec() {
    if (codec.isEmpty()) {
      codec = Optional.of(BatchCodec.of(spec.layout(), loader));
    }
    return codec.get();
  }

  /**
   * Keeps the records of a batch whose keys are the subtask's: of an edge by key, others may be in
   * what was in flight at another parallelism (BA10, KG2).
   *
   * @return the batch itself if all are; the subtask's, to be released, in any case
   */
  RecordBatch owned(RecordBatch batch) throws Exception {
    return spec.isKeyed() ? ownedOf((ObjectBatch) batch, spec) : batch;
  }

  @SuppressWarnings("unchecked") // the edge's type
  private <T, K> RecordBatch ownedOf(ObjectBatch batch, EdgeSpec<T, K> of) throws Exception {
    KeyCodec<K> keys = of.keyType().keyCodec();
    boolean[] kept = new boolean[batch.size];
    int count = 0;
    for (int i = 0; i < batch.size; i++) {
      int group = keys.hash(of.key().getKey((T) batch.value(i))) & (owned.groups - 1);
      kept[i] = owned.range.contains(group);
      count += kept[i] ? 1 : 0;
    }
    if (count == batch.size) {
      return batch;
    }
    ObjectBatch rest = new ObjectBatch(consumed -> {});
    rest.begin(Optional.ofNullable(batch.layout));
    for (int i = 0; i < batch.size; i++) {
      if (kept[i]) {
        rest.append(batch, i);
      }
    }
    batch.release();
    return rest;
  }
}

package io.millrace.runtime.savepoint;

import io.millrace.core.config.Configuration;
import io.millrace.core.storage.FileStores;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.CheckpointMetadata.OperatorState;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.inspect.StateArchive;
import io.millrace.runtime.inspect.TemporaryImages;
import io.millrace.runtime.operators.OneInputOperator;
import io.millrace.runtime.rpc.Build;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Puts a savepoint together when all state for it is written: copies what is carried over from an
 * older one, then writes the metadata. Runs in one subtask. It keeps nothing of its own: after a
 * failure all of its input comes again.
 */
public final class SavepointAssemblyOperator extends OneInputOperator<WrittenState, Void> {
  private final SavepointPlan plan;
  private final SavepointFiles files;
  private final TemporaryImages images = new TemporaryImages();
  private final Map<String, Map<Integer, WrittenState>> written = new TreeMap<>();
  private final List<OperatorState> operators = new ArrayList<>();
  private Optional<StateArchive> base = Optional.empty();
  private CarriedOperator carrying;

  public SavepointAssemblyOperator(SavepointPlan plan) {
    this.plan = plan;
    this.files = new SavepointFiles(plan.directory());
  }

  @Override
  public void process(WrittenState state, long timestamp) {
    written.computeIfAbsent(state.uid(), uid -> new TreeMap<>()).put(state.subtask(), state);
  }

  @Override
  public boolean endOfData() throws Exception {
    while (operators.size() < plan.carried().size()) {
      if (!carryOver(plan.carried().get(operators.size()))) {
        return false;
      }
    }
    written.forEach((uid, subtasks) -> operators.add(bootstrapped(uid, subtasks)));
    operators.sort(Comparator.comparing(OperatorState::uid));
    files.complete(
        new CheckpointMetadata(
            new JobId(context.runtimeContext().getJobId()),
            new CheckpointId(1),
            true,
            plan.directory(),
            context.currentProcessingTime(),
            base.map(archive -> archive.metadata().graphFingerprint()).orElse(0L),
            operators));
    return true;
  }

  private boolean carryOver(String uid) throws IOException {
    if (base.isEmpty()) {
      base =
          Optional.of(
              StateArchive.open(
                  FileStores.of(Configuration.empty()),
                  plan.base().orElseThrow(),
                  images,
                  Build.CURRENT.toString()));
    }
    if (carrying == null) {
      OperatorState operator = base.get().operator(uid);
      carrying =
          new CarriedOperator(
              base.get(),
              operator,
              files.begin(
                  "carried-" + operators.size(),
                  context.runtimeContext().getAttemptNumber(),
                  operator.maxParallelism()));
    }
    if (!carrying.goOn(context::mayGoOn)) {
      return false;
    }
    operators.add(carrying.result());
    carrying.close();
    carrying = null;
    return true;
  }

  private static OperatorState bootstrapped(String uid, Map<Integer, WrittenState> subtasks) {
    return new OperatorState(
        uid,
        true,
        uid,
        subtasks.values().iterator().next().maxParallelism(),
        subtasks.values().stream().map(WrittenState::handles).toList(),
        Optional.empty());
  }

  @Override
  public void close() throws IOException {
    try {
      if (carrying != null) {
        carrying.close();
      }
    } finally {
      images.close();
    }
  }
}

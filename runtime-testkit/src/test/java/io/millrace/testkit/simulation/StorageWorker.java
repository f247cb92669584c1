package io.millrace.testkit.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.core.types.BinaryWriter;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.CheckpointMetadata.OperatorState;
import io.millrace.runtime.checkpoint.CheckpointTimings;
import io.millrace.runtime.checkpoint.SharedFiles;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyedCut;
import io.millrace.runtime.state.SectionOutput;
import io.millrace.runtime.state.SharedFilesByOperator;
import io.millrace.runtime.state.SharedUpload;
import io.millrace.runtime.state.SnapshotFileWriter;
import io.millrace.runtime.state.SnapshotReader;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StateHandles.SharedFile;
import io.millrace.runtime.state.StateHandles.StoreImage;
import io.millrace.runtime.state.StoreFiles;
import io.millrace.runtime.task.CheckpointFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A subtask of a {@link StorageModel}, with a store whose files come and go. */
final class StorageWorker {
  private final StorageModel model;
  private final AttemptId attempt;
  private final CheckpointFiles known = new CheckpointFiles();
  private final TreeMap<String, Path> live = new TreeMap<>();
  private final Path own;
  private int localFiles;

  StorageWorker(StorageModel model, AttemptId attempt) throws IOException {
    this.model = model;
    this.attempt = attempt;
    this.own = Files.createTempDirectory(model.directory, "worker");
  }

  AttemptId attempt() {
    return attempt;
  }

  void restore(CheckpointMetadata from) throws IOException {
    for (OperatorState operator : from.operators()) {
      if (!operator.uid().equals(StorageModel.UID)) {
        continue;
      }
      StateHandles handles = operator.subtasks().get(attempt.subtask().index());
      StoreImage image = handles.keyed().get(0).image().orElseThrow();
      // Checks that each file is there and what it was.
      new SnapshotReader(model.files, 128).fetch(image, own);
      image.files().forEach(file -> live.put(file.name(), own.resolve(file.name())));
      known.put(from.id(), SharedFilesByOperator.of(StorageModel.UID, image.files()));
    }
  }

  /** Some files go, some come. Names are never given twice, also not by a former attempt. */
  void compact() throws IOException {
    live.keySet().removeIf(name -> model.random.nextInt(3) == 0);
    for (int i = model.random.nextInt(3); i > 0; i--) {
      String name = String.format("%04d%06d.sst", attempt.attempt(), localFiles++);
      live.put(name, Files.writeString(own.resolve(name), attempt + name));
    }
  }

  void take(CheckpointId checkpoint, String path, Optional<CheckpointId> base) {
    Cut cut = new Cut(new TreeMap<>(live));
    SharedFilesByOperator sharedBase = known.base(base);
    model.uploads.add(() -> upload(checkpoint, path, cut, sharedBase));
  }

  private void upload(CheckpointId checkpoint, String path, Cut cut, SharedFilesByOperator base)
      throws IOException {
    SharedUpload upload =
        new SharedUpload(base, (uid, name) -> SharedFiles.path(path, attempt, 0, checkpoint, name));
    String file = path + "/" + attempt.subtask().index() + "-" + attempt.attempt() + ".state";
    try (SnapshotFileWriter writer = new SnapshotFileWriter(model.files, file, 128)) {
      writer.writeKeyed(StorageModel.UID, cut, upload);
      if (model.random.nextInt(8) == 0) {
        model.coordinator.onDecline(attempt, checkpoint, "the disk", 0);
        return;
      }
      Map<String, StateHandles> handles = writer.commit();
      StoreImage image = handles.get(StorageModel.UID).keyed().get(0).image().orElseThrow();
      for (SharedFile one : image.files()) {
        model.shared += one.path().contains("/" + checkpoint + "-") ? 0 : 1;
      }
      known.put(checkpoint, upload.files());
      model.coordinator.onAck(attempt, checkpoint, handles, CheckpointTimings.NONE);
    }
  }

  /** A cut that is all files. */
  private record Cut(Map<String, Path> live) implements KeyedCut {
    @Override
    public KeyGroupRange keyGroups() {
      return new KeyGroupRange(0, 0);
    }

    @Override
    public CompletionStage<Void> prepared() {
      return CompletableFuture.completedStage(null);
    }

    @Override
    public void writeGroup(int group, SectionOutput out) {}

    @Override
    public <R> Optional<R> withFiles(StoreFiles.Use<R> use) throws IOException {
      List<StoreFiles.LocalFile> tables = new ArrayList<>();
      live.forEach((name, path) -> tables.add(new StoreFiles.LocalFile(name, path)));
      BinaryWriter description = new BinaryWriter();
      description.writeBytes("d".getBytes(UTF_8), 0, 1);
      return Optional.of(use.apply(new StoreFiles(description, tables)));
    }

    @Override
    public void close() {}
  }
}

package io.millrace.jobmanager;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.core.config.NearestName;
import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.schema.WrittenType;
import io.millrace.jobmanager.StateQueryException.Kind;
import io.millrace.jobmanager.state.ValueJson;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.CheckpointMetadata.OperatorState;
import io.millrace.runtime.checkpoint.CheckpointStore;
import io.millrace.runtime.checkpoint.RetainedCheckpoint;
import io.millrace.runtime.inspect.StateArchive;
import io.millrace.runtime.inspect.StateEntry;
import io.millrace.runtime.inspect.TemporaryImages;
import io.millrace.runtime.state.CorruptStateException;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.RawState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Answers questions about the state of running jobs: of the last completed checkpoint, from its
 * files, or of the subtask that owns the key. Safe for use by any thread; what blocks runs on the
 * executor for that.
 */
final class StateReads {
  /** A checkpoint may be subsumed and deleted while it is read; the next one is there then. */
  private static final int TRIES = 3;

  private final JobServices services;
  private final Path scratch;

  /**
   * @param scratch a directory for links to RocksDB's files: on the disk of the checkpoints, or
   *     else they are copies
   */
  StateReads(JobServices services, Path scratch) {
    this.services = services;
    this.scratch = scratch;
  }

  CompletionStage<StateAnswer> read(ManagedJob job, StateQuery query) {
    CompletableFuture<StateAnswer> answer = new CompletableFuture<>();
    services
        .threads()
        .io()
        .execute(
            () -> {
              try {
                ClassLoader loader = services.loaders().acquire(job.id(), job.graph().jars());
                QueriedKey key = QueriedKey.of(job.graph(), query, loader);
                if (query.live()) {
                  readLive(job, query, key, loader, answer);
                } else {
                  answer.complete(readCommitted(job, query, key, loader));
                }
              } catch (IOException | RuntimeException | LinkageError e) {
                answer.completeExceptionally(e);
              } finally {
                if (job.isTerminal()) { // its release may have come before
                  services.loaders().release(job.id(), services.threads().io());
                }
              }
            });
    return answer;
  }

  // ---- of the running subtask

  private static void readLive(
      ManagedJob job,
      StateQuery query,
      QueriedKey key,
      ClassLoader loader,
      CompletableFuture<StateAnswer> answer) {
    job.readState(query, key)
        .whenComplete(
            (found, failure) -> {
              try {
                if (failure != null) {
                  answer.completeExceptionally(failure);
                } else if (found.isEmpty()) {
                  answer.completeExceptionally(nothing(query));
                } else {
                  List<StateEntry> entries = new ArrayList<>();
                  StateArchive.read(found.get(), loader, entries::add);
                  answer.complete(new StateAnswer(Optional.empty(), entries));
                }
              } catch (RuntimeException | LinkageError e) {
                answer.completeExceptionally(e);
              }
            });
  }

  // ---- of the last checkpoint

  private StateAnswer readCommitted(
      ManagedJob job, StateQuery query, QueriedKey key, ClassLoader loader) throws IOException {
    CheckpointStore checkpoints = services.storage().checkpoints();
    for (int i = 1; ; i++) {
      List<RetainedCheckpoint> retained = checkpoints.readPointer(job.id());
      if (retained.isEmpty()) {
        throw new StateQueryException(
            Kind.NOT_NOW,
            "Job " + job.id() + " has not completed a checkpoint yet",
            job.graph().checkpoints().interval().isPresent()
                ? "Ask again later, or for live state"
                : "It takes none: ask for live state, or set checkpoint.interval");
      }
      RetainedCheckpoint last = retained.get(retained.size() - 1);
      try {
        return read(checkpoints.readMetadata(last.directory()), query, key, loader);
      } catch (IOException | CorruptStateException e) {
        boolean subsumed = !checkpoints.readPointer(job.id()).contains(last);
        if (!subsumed || i == TRIES) {
          throw e;
        }
      }
    }
  }

  private StateAnswer read(
      CheckpointMetadata metadata, StateQuery query, QueriedKey key, ClassLoader loader)
      throws IOException {
    OperatorState operator =
        metadata.operators().stream()
            .filter(state -> state.uid().equals(query.uid()))
            .findFirst()
            .orElseThrow(() -> nothing(query));
    JsonNode wanted =
        ValueJson.of(
            WrittenType.ofKey(key.type().schema()).read(new BinaryReader(key.encoded(), loader)));
    List<StateEntry> entries = new ArrayList<>();
    Set<String> names = new TreeSet<>();
    try (TemporaryImages images = new TemporaryImages(scratch)) {
      StateArchive archive =
          StateArchive.forALook(services.storage().checkpoints().files(), metadata, images);
      archive.readKeyed(
          operator,
          new KeyGroupRange(key.group(), key.group()),
          (group, states) -> {
            for (RawState raw : states) {
              names.add(raw.meta().name());
              if (raw.meta().name().equals(query.state())) {
                StateArchive.read(
                    raw,
                    loader,
                    entry -> {
                      if (ValueJson.of(entry.key().orElseThrow()).equals(wanted)) {
                        entries.add(entry);
                      }
                    });
              }
            }
          });
    }
    if (entries.isEmpty()) {
      throw nothing(query, names);
    }
    return new StateAnswer(
        Optional.of(
            new StateAnswer.Seen(
                metadata.id().value(), Instant.ofEpochMilli(metadata.timestampMillis()))),
        entries);
  }

  private static StateQueryException nothing(StateQuery query) {
    return new StateQueryException(
        Kind.NOT_FOUND,
        "State '"
            + query.state()
            + "' of operator "
            + query.uid()
            + " has nothing for the key "
            + query.key(),
        "");
  }

  /** A key group has the names of those states only that have entries in it. */
  private static StateQueryException nothing(StateQuery query, Set<String> names) {
    if (names.isEmpty() || names.contains(query.state())) {
      return nothing(query);
    }
    return new StateQueryException(
        Kind.NOT_FOUND,
        nothing(query).getMessage()
            + ", nor for any other key of its key group, in which there are "
            + names,
        NearestName.of(query.state(), names)
            .map(near -> "Did you mean '" + near + "'?")
            .orElse(""));
  }
}

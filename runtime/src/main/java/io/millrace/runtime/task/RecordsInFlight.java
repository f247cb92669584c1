package io.millrace.runtime.task;

import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.UnsupportedTypeException;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.state.SnapshotFileWriter;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The records in flight to a subtask that are part of one unaligned checkpoint, as bytes, in the
 * order in which they would have been processed (invariant BA5). Filled by the subtask's thread
 * until the last barrier that was overtaken is there; then an I/O thread writes them.
 */
final class RecordsInFlight {
  private final List<InputEdge> edges;
  private final BinaryWriter[] frames;
  private final CompletableFuture<Void> captured = new CompletableFuture<>();

  RecordsInFlight(List<InputEdge> edges) {
    this.edges = edges;
    this.frames = new BinaryWriter[edges.size()];
    for (int i = 0; i < frames.length; i++) {
      frames[i] = new BinaryWriter();
    }
  }

  /** Takes what is in flight on one edge. */
  InputChannel.InFlight of(int edge) {
    return new InputChannel.InFlight() {
      @Override
      public void add(RecordBatch batch, int from) {
        RecordsInFlight.this.add(edge, batch, from);
      }

      @Override
      public void addEncoded(byte[] frame, int offset, int length) {
        frames[edge].writeInt(length);
        frames[edge].writeBytes(frame, offset, length);
      }
    };
  }

  void add(int edge, RecordBatch batch, int from) {
    if (from == batch.size) {
      return;
    }
    try {
      edges.get(edge).codec().encode(batch, from, Integer.MAX_VALUE);
    } catch (UnsupportedTypeException e) {
      // Within the process nothing had to be written so far: the checkpoint fails, the job goes on.
      captured.completeExceptionally(
          e.at("Records in flight from operator '" + edges.get(edge).id().sourceUid() + "'"));
      return;
    }
    BinaryWriter encoded = edges.get(edge).codec().encoded();
    frames[edge].writeInt(encoded.size());
    frames[edge].writeBytes(encoded.array(), 0, encoded.size());
  }

  /** Nothing will be added any more. */
  void complete() {
    captured.complete(null);
  }

  /** Done when nothing will be added any more. */
  CompletableFuture<Void> captured() {
    return captured;
  }

  boolean isEmpty() {
    for (BinaryWriter edge : frames) {
      if (edge.size() > 0) {
        return false;
      }
    }
    return true;
  }

  /** I/O thread, once it is {@link #captured}. */
  void write(String uid, SnapshotFileWriter writer) throws IOException {
    for (int i = 0; i < frames.length; i++) {
      if (frames[i].size() > 0) {
        writer.writeChannel(uid, edges.get(i).id(), edges.get(i).schema(), frames[i]);
      }
    }
  }
}

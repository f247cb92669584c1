package io.millrace.runtime.task;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.CorruptDataException;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.state.CorruptStateException;
import io.millrace.runtime.state.SnapshotReader;
import io.millrace.runtime.state.StateHandles.ChannelSection;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;

/**
 * Records that were in flight to the subtask's operator when the checkpoint was taken that it is
 * restored from: consumed before anything new (invariant BA9). Subtask's thread only.
 */
final class RestoredRecords {
  /** Of frames, not of what is in them. */
  private static final ClassLoader LOADER = RestoredRecords.class.getClassLoader();

  private final List<InputEdge> edges;
  private final ArrayDeque<Piece> pieces = new ArrayDeque<>();
  private int edge;

  /** What is left of a section. */
  private static final class Piece {
    final int edge;
    final byte[] bytes;
    final BinaryReader frames;

    Piece(int edge, byte[] bytes, int from) {
      this.edge = edge;
      this.bytes = bytes;
      this.frames = new BinaryReader(bytes, from, bytes.length - from, LOADER);
    }
  }

  private RestoredRecords(List<InputEdge> edges) {
    this.edges = edges;
  }

  static Optional<RestoredRecords> read(
      String uid, List<ChannelSection> sections, List<InputEdge> edges, SnapshotReader reader)
      throws IOException {
    if (sections.isEmpty()) {
      return Optional.empty();
    }
    RestoredRecords restored = new RestoredRecords(edges);
    for (ChannelSection section : sections) {
      int edge = 0;
      while (!edges.get(edge).id().equals(section.edge())) {
        edge++; // The assignment has looked whether it is there.
      }
      byte[] frames = reader.readChannel(uid, section, edges.get(edge).schema());
      restored.pieces.add(new Piece(edge, frames, 0));
    }
    return Optional.of(restored);
  }

  /** The next batch with records of the subtask, or null; it must be released. */
  RecordBatch poll() throws Exception {
    while (!pieces.isEmpty()) {
      Piece piece = pieces.peek();
      if (piece.frames.remaining() == 0) {
        pieces.remove();
        continue;
      }
      edge = piece.edge;
      RecordBatch batch = edges.get(edge).owned(decode(piece));
      if (batch.size > 0) {
        return batch;
      }
      batch.release();
    }
    return null;
  }

  private RecordBatch decode(Piece piece) {
    try {
      byte[] frame = piece.frames.readBytes(piece.frames.readInt());
      return edges.get(edge).codec().decode(frame, 0, frame.length);
    } catch (CorruptDataException e) {
      throw new CorruptStateException(
          "Records that were in flight from operator '"
              + edges.get(edge).id().sourceUid()
              + "' cannot be read: "
              + e.getMessage(),
          e);
    }
  }

  /** The edge of the last batch. */
  int edge() {
    return edge;
  }

  /** Which input of a two-input operator the last batch is for. */
  int input() {
    return edges.get(edge).input();
  }

  /** What was not polled is in flight again: of another's records it keeps none (BA10). */
  void addRestTo(RecordsInFlight inFlight) throws Exception {
    int current = edge;
    for (Piece piece : pieces) {
      edge = piece.edge;
      Piece rest = new Piece(edge, piece.bytes, piece.frames.position());
      while (rest.frames.remaining() > 0) {
        RecordBatch batch = edges.get(edge).owned(decode(rest));
        inFlight.add(edge, batch, 0);
        batch.release();
      }
    }
    edge = current;
  }
}

package io.millrace.api.datastream.source;

import io.millrace.core.config.Configuration;
import io.millrace.core.source.PollStatus;
import io.millrace.core.source.ReaderOutput;
import io.millrace.core.source.ReaderOutput.SplitOutput;
import io.millrace.core.source.SourceReader;
import io.millrace.core.source.SourceReaderContext;
import io.millrace.core.storage.FileStores;
import io.millrace.runtime.inspect.StateArchive;
import io.millrace.runtime.inspect.TemporaryImages;
import io.millrace.runtime.rpc.Build;
import io.millrace.runtime.state.KeyGroupRange;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Reads the units of a savepoint, one after another, each as a whole: files on a mounted disk. */
final class SavepointSourceReader<R> implements SourceReader<R, UnitSplit> {
  private final SourceReaderContext context;
  private final String directory;
  private final StateRead<R> read;
  private final List<KeyGroupRange> units;
  private final TemporaryImages images = new TemporaryImages();
  private final Deque<UnitSplit> waiting = new ArrayDeque<>();
  private StateRead.UnitReader<R> reader;
  private UnitSplit current;
  private List<R> entries = List.of();
  private boolean exhausted;
  private boolean asked;

  SavepointSourceReader(
      SourceReaderContext context, String directory, StateRead<R> read, List<KeyGroupRange> units) {
    this.context = context;
    this.directory = directory;
    this.read = read;
    this.units = units;
  }

  @Override
  public void start() {}

  @Override
  public void addSplits(List<UnitSplit> splits) {
    waiting.addAll(splits);
    asked = false;
    context.wakeUp();
  }

  @Override
  public void noMoreSplits() {
    exhausted = true;
    context.wakeUp();
  }

  @Override
  public PollStatus poll(ReaderOutput<R> output) throws Exception {
    while (output.hasRoom()) {
      if (current == null && !begin()) {
        return exhausted ? PollStatus.END_OF_INPUT : PollStatus.NOTHING_AVAILABLE;
      }
      SplitOutput<R> out = output.split(current.splitId());
      int next = current.read();
      while (next < entries.size() && output.hasRoom()) {
        out.collect(entries.get(next));
        next++;
      }
      current = new UnitSplit(current.splitId(), current.unit(), current.end(), next);
      if (next < entries.size()) {
        return PollStatus.MORE_AVAILABLE;
      }
      end(output);
    }
    return PollStatus.MORE_AVAILABLE;
  }

  private boolean begin() throws IOException {
    current = waiting.poll();
    if (current == null) {
      if (!exhausted && !asked) {
        asked = true;
        context.requestSplit();
      }
      return false;
    }
    load();
    return true;
  }

  /** The unit is read; goes on with the next one. */
  private void end(ReaderOutput<R> output) throws IOException {
    current = new UnitSplit(current.splitId(), current.unit() + 1, current.end(), 0);
    if (current.unit() < current.end()) {
      load();
    } else {
      output.releaseSplit(current.splitId());
      current = null;
      entries = List.of();
    }
  }

  private void load() throws IOException {
    if (reader == null) {
      StateArchive archive =
          StateArchive.open(
              FileStores.of(Configuration.empty()), directory, images, Build.CURRENT.toString());
      reader = read.begin(archive, context.userCodeClassLoader());
    }
    List<R> read = new ArrayList<>();
    reader.read(units.get(current.unit()), read::add);
    entries = read;
  }

  @Override
  public List<UnitSplit> snapshotState(long checkpointId) {
    List<UnitSplit> splits = new ArrayList<>(waiting);
    if (current != null) {
      splits.add(0, current);
    }
    return splits;
  }

  @Override
  public void close() throws IOException {
    images.close();
  }
}

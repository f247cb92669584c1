package io.millrace.benchmarks.columnar;

import io.millrace.core.source.Boundedness;
import io.millrace.core.source.PollStatus;
import io.millrace.core.source.ReaderOutput;
import io.millrace.core.source.Source;
import io.millrace.core.source.SourceReader;
import io.millrace.core.source.SourceReaderContext;
import io.millrace.core.source.SourceSplit;
import io.millrace.core.source.SplitEnumerator;
import io.millrace.core.source.SplitEnumeratorContext;
import io.millrace.core.source.VersionedSerializer;
import io.millrace.core.types.TypeInformation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Another source, of which each reader is polled only so many times until a file is there. What a
 * test does to a running job can't come too late for it then.
 */
final class HeldBackSource<T, SplitT extends SourceSplit, EnumeratorT>
    implements Source<T, SplitT, EnumeratorT> {
  private static final long serialVersionUID = 1L;

  private final Source<T, SplitT, EnumeratorT> source;
  private final int polls;
  private final String goOn;

  /**
   * @param goOn the file, which no one has made yet
   */
  HeldBackSource(Source<T, SplitT, EnumeratorT> source, int polls, Path goOn) {
    this.source = source;
    this.polls = polls;
    this.goOn = goOn.toString();
  }

  @Override
  public Boundedness boundedness() {
    return source.boundedness();
  }

  @Override
  public TypeInformation<T> producedType() {
    return source.producedType();
  }

  @Override
  public SplitEnumerator<SplitT, EnumeratorT> createEnumerator(
      SplitEnumeratorContext<SplitT> context) throws IOException {
    return source.createEnumerator(context);
  }

  @Override
  public SplitEnumerator<SplitT, EnumeratorT> restoreEnumerator(
      SplitEnumeratorContext<SplitT> context, EnumeratorT state) throws IOException {
    return source.restoreEnumerator(context, state);
  }

  @Override
  public SourceReader<T, SplitT> createReader(SourceReaderContext context) throws IOException {
    return new Reader<>(source.createReader(context), context, polls, Path.of(goOn));
  }

  @Override
  public VersionedSerializer<SplitT> splitSerializer() {
    return source.splitSerializer();
  }

  @Override
  public VersionedSerializer<EnumeratorT> enumeratorStateSerializer() {
    return source.enumeratorStateSerializer();
  }

  private static final class Reader<T, SplitT extends SourceSplit>
      implements SourceReader<T, SplitT> {
    private final SourceReader<T, SplitT> reader;
    private final SourceReaderContext context;
    private final Path goOn;
    private int polls;

    Reader(SourceReader<T, SplitT> reader, SourceReaderContext context, int polls, Path goOn) {
      this.reader = reader;
      this.context = context;
      this.polls = polls;
      this.goOn = goOn;
    }

    @Override
    public void start() {
      reader.start();
    }

    @Override
    public void addSplits(List<SplitT> added) {
      reader.addSplits(added);
    }

    @Override
    public void noMoreSplits() {
      reader.noMoreSplits();
    }

    @Override
    public PollStatus poll(ReaderOutput<T> output) throws Exception {
      if (polls == 0 && !Files.exists(goOn)) {
        context.wakeUp(); // look again
        return PollStatus.NOTHING_AVAILABLE;
      }
      polls = Math.max(0, polls - 1);
      return reader.poll(output);
    }

    @Override
    public List<SplitT> snapshotState(long checkpointId) {
      return reader.snapshotState(checkpointId);
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
      reader.notifyCheckpointComplete(checkpointId);
    }

    @Override
    public void close() throws Exception {
      reader.close();
    }
  }
}

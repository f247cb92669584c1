package io.millrace.jobmanager.enumerator;

import io.millrace.core.source.Boundedness;
import io.millrace.core.source.Source;
import io.millrace.core.source.SourceReader;
import io.millrace.core.source.SourceReaderContext;
import io.millrace.core.source.SourceSplit;
import io.millrace.core.source.SplitEnumerator;
import io.millrace.core.source.SplitEnumeratorContext;
import io.millrace.core.source.VersionedSerializer;
import io.millrace.core.types.TypeInformation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A source whose enumerator behaves as told: well, or badly in one of the ways there are. */
final class TestSource implements Source<String, TestSource.Split, Integer> {
  private static final long serialVersionUID = 1L;

  /** What the next enumerator does. */
  enum Behaviour {
    NORMAL,
    ASYNC,
    THROW_ON_READER,
    FAIL_TWICE,
    HANG_ON_READER
  }

  static volatile Behaviour behaviour = Behaviour.NORMAL;
  static volatile CountDownLatch hanging = new CountDownLatch(1);

  record Split(String splitId) implements SourceSplit {}

  @Override
  public Boundedness boundedness() {
    return Boundedness.CONTINUOUS_UNBOUNDED;
  }

  @Override
  public TypeInformation<String> producedType() {
    throw new UnsupportedOperationException("not read in these tests");
  }

  @Override
  public SplitEnumerator<Split, Integer> createEnumerator(SplitEnumeratorContext<Split> context) {
    return new Numbers(context, 0);
  }

  @Override
  public SplitEnumerator<Split, Integer> restoreEnumerator(
      SplitEnumeratorContext<Split> context, Integer state) {
    return new Numbers(context, state);
  }

  @Override
  public SourceReader<String, Split> createReader(SourceReaderContext context) {
    throw new UnsupportedOperationException("not read in these tests");
  }

  @Override
  public VersionedSerializer<Split> splitSerializer() {
    return new VersionedSerializer<>() {
      @Override
      public int version() {
        return 1;
      }

      @Override
      public byte[] serialize(Split split) {
        return split.splitId().getBytes(StandardCharsets.UTF_8);
      }

      @Override
      public Split deserialize(int version, byte[] bytes) {
        return new Split(new String(bytes, StandardCharsets.UTF_8));
      }
    };
  }

  @Override
  public VersionedSerializer<Integer> enumeratorStateSerializer() {
    return new VersionedSerializer<>() {
      @Override
      public int version() {
        return 1;
      }

      @Override
      public byte[] serialize(Integer next) {
        return ("next=" + next).getBytes(StandardCharsets.UTF_8);
      }

      @Override
      public Integer deserialize(int version, byte[] bytes) {
        return Integer.valueOf(new String(bytes, StandardCharsets.UTF_8).substring(5));
      }
    };
  }

  private static final class Numbers implements SplitEnumerator<Split, Integer> {
    private final SplitEnumeratorContext<Split> context;
    private final Behaviour mine = behaviour;
    private int next;

    Numbers(SplitEnumeratorContext<Split> context, int next) {
      this.context = context;
      this.next = next;
    }

    @Override
    public void start() {
      if (mine == Behaviour.ASYNC) {
        context.callAsync(
            () -> Thread.currentThread().getName(),
            (name, failure) ->
                context.assignSplits(
                    0,
                    List.of(
                        new Split(
                            "called on "
                                + name.replace("millrace-", "")
                                + ", handled on "
                                + Thread.currentThread().getName().replace("millrace-", "")))));
      }
    }

    @Override
    public void addReader(int subtask) {
      switch (mine) {
        case THROW_ON_READER -> throw new IllegalStateException("no broker");
        case FAIL_TWICE -> {
          context.fail(new IllegalStateException("first"));
          context.fail(new IllegalStateException("second"));
        }
        case HANG_ON_READER -> {
          hanging.countDown();
          while (true) {
            try {
              Thread.sleep(60_000);
            } catch (InterruptedException e) {
              if (next++ > 0) {
                return;
              }
            }
          }
        }
        default -> {}
      }
    }

    @Override
    public void handleSplitRequest(int subtask) {
      context.assignSplits(subtask, List.of(new Split("split-" + next++)));
    }

    @Override
    public void addSplitsBack(List<Split> splits, int subtask) {}

    @Override
    public Integer snapshotState(long checkpointId) {
      return next;
    }

    @Override
    public void close() {}
  }
}

package io.millrace.testkit.simulation;

import io.millrace.core.sink.Committer;
import io.millrace.core.sink.Sink;
import io.millrace.core.sink.SinkContext;
import io.millrace.core.sink.SinkWriter;
import io.millrace.core.source.VersionedSerializer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Writes to the {@link Broker} in transactions; committables are transactional ids. */
final class BrokerSink implements Sink<Ledger, String> {
  private static final long serialVersionUID = 1L;

  @Override
  public SinkWriter<Ledger, String> createWriter(SinkContext context, List<String> recovered) {
    Simulation simulation = Simulated.current();
    Broker broker = simulation.broker();
    for (String id : broker.unfinished()) {
      String[] parts = id.split("[-/]");
      int owner = Integer.parseInt(parts[1]) % context.parallelism();
      // A TaskManager that was paused may open this writer when a later attempt runs already, whose
      // transactions it must leave alone.
      boolean former = Integer.parseInt(parts[2]) < context.attemptNumber();
      // K4: what was prepared is left to its commit; everything else of ours is aborted by its one
      // owner.
      if (former && owner == context.subtaskIndex() && !recovered.contains(id)) {
        broker.abort(id);
      }
    }
    return new Writer(simulation, context, simulation.opened(context.attemptNumber()));
  }

  @Override
  public Committer<String> createCommitter(SinkContext context) {
    Simulation simulation = Simulated.current();
    return new Committer<>() {
      @Override
      public CompletionStage<Void> commit(List<String> committables) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        World world = simulation.world();
        commitFrom(committables, 0, done, world);
        return done;
      }

      private void commitFrom(
          List<String> ids, int index, CompletableFuture<Void> done, World world) {
        simulation.onCurrentMachine(
            world.between(200, 3_000),
            "commit",
            () -> {
              if (index == ids.size()) {
                done.complete(null);
                return;
              }
              try {
                simulation.broker().commit(ids.get(index));
              } catch (IllegalStateException e) {
                done.completeExceptionally(e);
                return;
              }
              commitFrom(ids, index + 1, done, world);
            });
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public VersionedSerializer<String> committableSerializer() {
    return new VersionedSerializer<>() {
      @Override
      public int version() {
        return 1;
      }

      @Override
      public byte[] serialize(String id) {
        return id.getBytes(StandardCharsets.UTF_8);
      }

      @Override
      public String deserialize(int version, byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
      }
    };
  }

  @Override
  public boolean isTransactional() {
    return true;
  }

  private static final class Writer implements SinkWriter<Ledger, String> {
    private final Simulation simulation;
    private final String prefix;
    private final Runnable closed;
    private final SinkContext context;
    private Optional<String> open = Optional.empty();
    private long untilPause;
    private boolean first = true;
    private boolean over;

    Writer(Simulation simulation, SinkContext context, Runnable closed) {
      this.simulation = simulation;
      this.context = context;
      this.untilPause = simulation.recordsUntilPause(true);
      this.closed = closed;
      this.prefix = "ledger-" + context.subtaskIndex() + "/" + context.attemptNumber() + "/";
    }

    @Override
    public void write(Ledger record, long timestamp) {
      if (open.isEmpty()) {
        String id = prefix + simulation.nextTransaction();
        simulation.broker().begin(id);
        open = Optional.of(id);
      }
      simulation.broker().append(open.get(), record);
      if (--untilPause == 0) {
        simulation.onCurrentMachine(simulation.sinkPause(first), "sink", this::goOn);
        first = false;
      }
    }

    private void goOn() {
      untilPause = simulation.recordsUntilPause(false);
      if (!over) {
        context.wakeUp();
      }
    }

    @Override
    public boolean hasRoom() {
      return untilPause > 0;
    }

    @Override
    public CompletionStage<List<String>> prepareCommit(long checkpointId) {
      CompletableFuture<List<String>> prepared = new CompletableFuture<>();
      Optional<String> ended = open;
      open = Optional.empty();
      if (ended.isEmpty()) {
        return CompletableFuture.completedFuture(List.of());
      }
      simulation.onCurrentMachine(
          simulation.world().between(100, 20_000),
          "flush",
          () -> {
            try {
              simulation.broker().prepare(ended.get(), checkpointId);
              prepared.complete(List.of(ended.get()));
            } catch (IllegalStateException e) {
              prepared.completeExceptionally(e);
            }
          });
      return prepared;
    }

    @Override
    public void close() {
      over = true;
      closed.run();
      open.ifPresent(id -> simulation.broker().abort(id)); // K10: only what was not prepared
    }
  }
}

package io.millrace.client.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.client.state.OpenedArchive;
import io.millrace.core.types.TypeSchema;
import io.millrace.jobmanager.state.EntryJson;
import io.millrace.runtime.inspect.StateArchive;
import io.millrace.runtime.inspect.StateEntry;
import io.millrace.runtime.inspect.StateSummary;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace state ls|dump|get}: what a savepoint or checkpoint holds. */
@Command(
    name = "state",
    description = {
      "Shows the state in a savepoint or checkpoint, without the program; and that of running jobs."
    },
    footer = {
      "  millrace state ls savepoints/savepoint-3f2a-7",
      "  millrace state dump savepoints/savepoint-3f2a-7 counts total",
      "  millrace state get savepoints/savepoint-3f2a-7 counts total 42"
    })
final class StateCommand extends MillraceCommand {
  StateCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() {
    throw usage("Say what to do: ls, dump or get");
  }

  /** A command about one savepoint. */
  abstract static class OfSavepoint extends MillraceCommand {
    @Parameters(
        index = "0",
        paramLabel = "SAVEPOINT",
        description =
            "Directory of a savepoint or of a retained checkpoint; it may be in s3://BUCKET/.")
    String directory;

    @Option(
        names = "--jar",
        paramLabel = "JAR",
        description = "The program that wrote it: needed only for late-typed values.")
    Optional<Path> jar = Optional.empty();

    OfSavepoint(Console console) {
      super(console);
    }

    @Override
    public final Integer call() throws IOException {
      try (OpenedArchive opened =
          OpenedArchive.open(directory, jar, common.configuration(console))) {
        show(opened);
      }
      return ExitCode.OK;
    }

    abstract void show(OpenedArchive opened) throws IOException;
  }

  @Command(
      name = "ls",
      description = "Lists the states by operator: kind, types, number of entries, size.",
      footer = {"  millrace state ls savepoints/savepoint-3f2a-7"})
  static final class Ls extends OfSavepoint {
    Ls(Console console) {
      super(console);
    }

    @Override
    void show(OpenedArchive opened) throws IOException {
      StateArchive archive = opened.archive();
      List<StateSummary> states = archive.states(opened.classes());
      if (common.json) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        states.forEach(state -> array.add(json(state)));
        console.json(array);
        return;
      }
      console.line(
          (archive.metadata().savepoint() ? "Savepoint " : "Checkpoint ")
              + archive.metadata().id()
              + " of job "
              + archive.metadata().job()
              + ", "
              + JobLines.time(Instant.ofEpochMilli(archive.metadata().timestampMillis()))
              + ", "
              + archive.metadata().sizeInBytes()
              + " bytes");
      if (states.isEmpty()) {
        console.line("It holds no state of functions or windows.");
        return;
      }
      Table table = new Table("UID", "STATE", "KIND", "KEY", "VALUE", "ENTRIES", "BYTES");
      for (StateSummary state : states) {
        table.row(
            state.uid(),
            state.meta().name(),
            state.meta().kind() + (state.meta().ttl() ? ", ttl" : ""),
            name(state.meta().key()),
            (state.meta().userKey().equals(TypeSchema.NONE)
                    ? ""
                    : name(state.meta().userKey()) + " -> ")
                + name(state.meta().value()),
            entries(state),
            state.bytes());
      }
      table.print(console);
    }

    private static String entries(StateSummary state) {
      return state.entries().isPresent() ? Long.toString(state.entries().getAsLong()) : "?";
    }

    private static String name(TypeSchema type) {
      return type.equals(TypeSchema.NONE) ? "-" : type.name().replaceAll("[A-Za-z_0-9$]+\\.", "");
    }

    private static ObjectNode json(StateSummary state) {
      ObjectNode node = JsonNodeFactory.instance.objectNode();
      node.put("uid", state.uid());
      node.put("state", state.meta().name());
      node.put("kind", state.meta().kind().name());
      node.put("ttl", state.meta().ttl());
      node.put("key", state.meta().key().name());
      node.put("mapKey", state.meta().userKey().name());
      node.put("value", state.meta().value().name());
      state.entries().ifPresent(count -> node.put("entries", count));
      node.put("bytes", state.bytes());
      return node;
    }
  }

  /** A command about one state. */
  abstract static class OfState extends OfSavepoint {
    @Parameters(index = "1", paramLabel = "UID", description = "Of the operator.")
    String uid;

    @Parameters(index = "2", paramLabel = "STATE", description = "Name of the state.")
    String state;

    OfState(Console console) {
      super(console);
    }

    void print(OpenedArchive opened, Predicate<StateEntry> more) throws IOException {
      boolean[] any = {false};
      opened
          .archive()
          .read(
              uid,
              state,
              opened.classes(),
              entry -> {
                any[0] = true;
                return more.test(entry);
              });
      // Not before: that would read the whole savepoint for what is right nearly always.
      Optional<String> problem = any[0] ? Optional.empty() : opened.problemWith(uid, state);
      if (problem.isPresent()) {
        throw usage(problem.get());
      }
      console.out().flush();
    }

    void line(StateEntry entry) {
      // Not flushed: there may be millions.
      console.out().print(EntryJson.of(entry) + "\n");
    }
  }

  @Command(
      name = "dump",
      description = "Prints the entries of a state, one JSON object a line.",
      footer = {
        "  millrace state dump savepoints/savepoint-3f2a-7 counts total",
        "  millrace state dump savepoints/savepoint-3f2a-7 counts total --limit 10"
      })
  static final class Dump extends OfState {
    @Option(names = "--limit", paramLabel = "N", description = "Print so many at most.")
    Optional<Long> limit = Optional.empty();

    private long printed;

    Dump(Console console) {
      super(console);
    }

    @Override
    void show(OpenedArchive opened) throws IOException {
      if (limit.isPresent() && limit.get() < 1) {
        throw usage("--limit is at least 1, not " + limit.get());
      }
      print(
          opened,
          entry -> {
            line(entry);
            printed++;
            return limit.isEmpty() || printed < limit.get();
          });
    }
  }
}

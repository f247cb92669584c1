package io.millrace.client.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import io.millrace.client.MillraceClient;
import io.millrace.client.state.OpenedArchive;
import io.millrace.jobmanager.state.EntryJson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace state get}: of a savepoint or of a running job. */
@Command(
    name = "get",
    description = {
      "Prints what a state has for a key, one JSON object a line; exit code 1 if it has none.",
      "The key is JSON, as 'dump' prints it; text may go without its quotes.",
      "Of a running job it is the state of the last completed checkpoint or, with --live, of now."
    },
    footer = {
      "  millrace state get savepoints/savepoint-3f2a-7 counts total 42",
      "  millrace state get savepoints/savepoint-3f2a-7 users last '{\"country\":\"ch\",\"id\":7}'",
      "  millrace state get --job 3f2a counts total 42 --live"
    })
final class StateGetCommand extends MillraceCommand {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(names = "--job", paramLabel = "ID", description = "Ask this job, not a savepoint.")
  Optional<String> job = Optional.empty();

  @Option(
      names = "--live",
      description = "Ask the running subtask: newer than the last checkpoint, and may be undone.")
  boolean live;

  @Option(
      names = "--jar",
      paramLabel = "JAR",
      description = "The program that wrote the savepoint: needed only for late-typed values.")
  Optional<Path> jar = Optional.empty();

  @Parameters(
      arity = "3..4",
      paramLabel = "SAVEPOINT UID STATE KEY",
      description = "Directory of the savepoint, if no job is asked; operator, state and key.")
  List<String> words = List.of();

  StateGetCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws IOException {
    int wanted = job.isPresent() ? 3 : 4;
    if (words.size() != wanted) {
      throw usage(
          job.isPresent()
              ? "With --job, say operator, state and key, and no savepoint"
              : "Say savepoint, operator, state and key; or ask a job with --job");
    }
    if (job.isPresent()) {
      ofJob(job.get());
    } else {
      if (live) {
        throw usage("--live asks a job: say which with --job");
      }
      ofSavepoint();
    }
    return ExitCode.OK;
  }

  private void ofJob(String id) {
    MillraceClient client = common.client(console);
    client
        .state(
            JobCommand.find(client, id, this::usage),
            words.get(0),
            words.get(1),
            words.get(2),
            live)
        .forEach(entry -> console.line(entry.toString()));
  }

  private void ofSavepoint() throws IOException {
    String uid = words.get(1);
    String state = words.get(2);
    String key = words.get(3);
    try (OpenedArchive opened =
        OpenedArchive.open(words.get(0), jar, common.configuration(console))) {
      JsonNode wanted = parsed(key);
      boolean[] any = {false};
      boolean[] found = {false};
      opened
          .archive()
          .read(
              uid,
              state,
              opened.classes(),
              entry -> {
                any[0] = true;
                JsonNode node = EntryJson.of(entry).path("key");
                if (parsed(node.toString()).equals(wanted)
                    || node.isTextual() && node.asText().equals(key)) {
                  console.line(EntryJson.of(entry).toString());
                  found[0] = true;
                }
                return true;
              });
      // Not before: that would read the whole savepoint for what is right nearly always.
      Optional<String> problem = any[0] ? Optional.empty() : opened.problemWith(uid, state);
      if (problem.isPresent()) {
        throw usage(problem.get());
      }
      if (!found[0]) {
        throw new NoSuchKeyException(
            "State '" + state + "' of operator " + uid + " has nothing for the key " + key);
      }
    }
  }

  private static JsonNode parsed(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return new TextNode(text);
    }
  }

  /** The key that was asked for isn't there. */
  private static final class NoSuchKeyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoSuchKeyException(String message) {
      super(message);
    }
  }
}

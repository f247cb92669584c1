package io.millrace.client.state;

import io.millrace.client.run.JobJar;
import io.millrace.core.config.Configuration;
import io.millrace.core.storage.FileStores;
import io.millrace.runtime.inspect.StateArchive;
import io.millrace.runtime.inspect.StateSummary;
import io.millrace.runtime.inspect.TemporaryImages;
import io.millrace.runtime.inspect.UnknownStateException;
import io.millrace.runtime.rpc.Build;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * A savepoint or checkpoint, with what it takes to look into it: a place for databases that it may
 * consist of, and the program's classes if there are any. For one thread.
 */
public final class OpenedArchive implements AutoCloseable {
  private final StateArchive archive;
  private final ClassLoader classes;
  private final Closing closing;

  private OpenedArchive(StateArchive archive, ClassLoader classes, Closing closing) {
    this.archive = archive;
    this.classes = classes;
    this.closing = closing;
  }

  /**
   * @param savepoint its directory: a path, or such as {@code s3://bucket/savepoint-1}
   * @param jar the program that wrote it, for late-typed values
   * @param configuration says how other places than directories are reached
   * @throws IOException if there is no savepoint or checkpoint in the directory
   */
  public static OpenedArchive open(
      String savepoint, Optional<Path> jar, Configuration configuration) throws IOException {
    URL[] urls =
        jar.map(path -> new URL[] {JobJar.open(path.toAbsolutePath()).url()}).orElse(new URL[0]);
    Closing closing = new Closing();
    try {
      TemporaryImages images = new TemporaryImages();
      closing.add(images);
      URLClassLoader classes = new URLClassLoader(urls, OpenedArchive.class.getClassLoader());
      closing.add(classes);
      StateArchive archive =
          StateArchive.open(
              FileStores.of(configuration), savepoint, images, Build.CURRENT.toString());
      return new OpenedArchive(archive, classes, closing);
    } catch (IOException | RuntimeException | Error e) {
      closing.close(e);
      throw e;
    }
  }

  /** What has to be closed, last first, each whatever becomes of the others. */
  private static final class Closing {
    private final Deque<AutoCloseable> lastFirst = new ArrayDeque<>();

    void add(AutoCloseable resource) {
      lastFirst.push(resource);
    }

    /**
     * @param reason takes what fails
     */
    void close(Throwable reason) {
      for (AutoCloseable resource : lastFirst) {
        try {
          resource.close();
        } catch (Exception e) {
          reason.addSuppressed(e);
        }
      }
    }
  }

  public StateArchive archive() {
    return archive;
  }

  /** The program's, or this one's own without a jar. */
  public ClassLoader classes() {
    return classes;
  }

  /** What is wrong with the names of an operator and a state, with the remedy; empty if nothing. */
  public Optional<String> problemWith(String uid, String state) throws IOException {
    List<StateSummary> states = archive.states(classes);
    List<String> uids = states.stream().map(StateSummary::uid).distinct().toList();
    if (!uids.contains(uid)) {
      return Optional.of(unknown("operator with the uid", uid, uids));
    }
    List<String> names =
        states.stream().filter(one -> one.uid().equals(uid)).map(one -> one.meta().name()).toList();
    return names.contains(state)
        ? Optional.empty()
        : Optional.of(unknown("state of operator " + uid + " with the name", state, names));
  }

  private static String unknown(String what, String name, List<String> known) {
    return UnknownStateException.of(what, name, known).getMessage();
  }

  @Override
  public void close() throws IOException {
    IOException failure = new IOException("What was opened to read state can't be closed");
    closing.close(failure);
    if (failure.getSuppressed().length > 0) {
      throw failure;
    }
  }
}

package io.millrace.client.run;

import io.millrace.runtime.submit.JobFailedException;
import io.millrace.runtime.submit.JobSubmissionException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;

/** Runs a program's {@code main} in this process, under the program's own class loader. */
public final class Program {
  private static final int FRAMES = 12;

  private final JobJar jar;
  private final Optional<String> mainClass;
  private final List<String> arguments;

  /**
   * @param mainClass instead of the one that the jar's manifest names
   */
  public Program(JobJar jar, Optional<String> mainClass, List<String> arguments) {
    this.jar = jar;
    this.mainClass = mainClass;
    this.arguments = List.copyOf(arguments);
  }

  /**
   * Runs {@code main} on the calling thread until it returns.
   *
   * @throws ProgramException if it can't be run, throws, or submits nothing
   * @throws JobFailedException if the program let that of its {@code execute()} pass
   */
  public void run(Submission submission) {
    run((JobTarget) submission);
  }

  /** The same, but that the jobs are planned and not started. */
  public void run(Planning planning) {
    run((JobTarget) planning);
  }

  private void run(JobTarget target) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (SubmissionClassLoader loader =
        new SubmissionClassLoader(
            "program:" + jar.path().getFileName(),
            List.of(jar.url()),
            getClass().getClassLoader(),
            target)) {
      Method main = jar.main(mainClass, loader);
      thread.setContextClassLoader(loader);
      invoke(main, loader);
      if (!target.hasJobs()) {
        throw ProgramException.failed(
            "main() of "
                + main.getDeclaringClass().getName()
                + " returned and submitted nothing: it has to call execute() on its environment",
            null);
      }
    } catch (IOException e) {
      throw ProgramException.failed("Can't close " + jar.path() + ": " + e.getMessage(), e);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private void invoke(Method main, ClassLoader loader) {
    try {
      // As the java command does: the class itself need not be public.
      main.setAccessible(true);
      main.invoke(null, (Object) arguments.toArray(new String[0]));
    } catch (IllegalAccessException e) {
      throw ProgramException.unusable(
          "main() of " + main.getDeclaringClass().getName() + " can't be called: " + e.getMessage(),
          e);
    } catch (InvocationTargetException e) {
      Throwable thrown = e.getCause();
      for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
        if (cause instanceof JobFailedException failed) {
          throw failed;
        }
        if (cause instanceof JobSubmissionException refused) {
          throw ProgramException.failed(refused.getMessage(), thrown);
        }
      }
      throw ProgramException.failed(describe(main, thrown, loader), thrown);
    }
  }

  /**
   * The cause chain, each with the program's own frames: the engine's say nothing to its author.
   */
  private static String describe(Method main, Throwable thrown, ClassLoader loader) {
    StringBuilder text =
        new StringBuilder("main() of " + main.getDeclaringClass().getName() + " threw ");
    text.append(thrown);
    appendFrames(text, thrown, loader);
    Throwable cause = thrown.getCause();
    for (int depth = 0; cause != null && depth < FRAMES; depth++) {
      text.append("\n  caused by ").append(cause);
      appendFrames(text, cause, loader);
      cause = cause.getCause();
    }
    return text.toString();
  }

  private static void appendFrames(StringBuilder text, Throwable thrown, ClassLoader loader) {
    int shown = 0;
    for (StackTraceElement frame : thrown.getStackTrace()) {
      if (loader.getName().equals(frame.getClassLoaderName()) && shown++ < FRAMES) {
        text.append("\n    at ").append(frame.getClassName()).append('.');
        text.append(frame.getMethodName()).append('(').append(frame.getFileName()).append(':');
        text.append(frame.getLineNumber()).append(')');
      }
    }
  }
}

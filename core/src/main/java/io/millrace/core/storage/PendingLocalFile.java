package io.millrace.core.storage;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Locale;

/** A file of a {@link LocalFileStore} under its temporary name. For one thread. */
final class PendingLocalFile implements FileStore.PendingFile {
  private final FileCalls calls;
  private final Path temporary;
  private final Path target;
  private final FileCalls.OpenFile file;
  private final OutputStream stream;
  private boolean done;

  PendingLocalFile(FileCalls calls, Path temporary, Path target) throws IOException {
    this.calls = calls;
    this.temporary = temporary;
    this.target = target;
    this.file = calls.open(temporary);
    this.stream = new NamingStream();
  }

  @Override
  public OutputStream stream() {
    return stream;
  }

  @Override
  public void commit() throws IOException {
    checkPending();
    try {
      makeDurable();
      calls.rename(temporary, target);
      done = true;
      calls.syncDirectory(target.getParent());
    } catch (IOException e) {
      throw explained(target, e);
    }
  }

  @Override
  public boolean commitIfAbsent() throws IOException {
    checkPending();
    try {
      makeDurable();
      boolean absent = true;
      try {
        // A rename would replace; a link is made only if the name is free.
        calls.link(temporary, target);
      } catch (FileAlreadyExistsException e) {
        absent = false;
      } catch (UnsupportedOperationException e) {
        throw new IOException("the file system has no hard links; use another directory", e);
      }
      calls.delete(temporary);
      done = true;
      calls.syncDirectory(target.getParent());
      return absent;
    } catch (IOException e) {
      throw explained(target, e);
    }
  }

  private void makeDurable() throws IOException {
    file.sync();
    file.close();
  }

  private void checkPending() {
    if (done) {
      throw new IllegalStateException("File " + target + " was committed or closed before");
    }
  }

  @Override
  public void close() throws IOException {
    if (done) {
      return;
    }
    done = true;
    try {
      file.close();
    } finally {
      calls.delete(temporary);
    }
  }

  /** The same error with the path and, where it is known, the remedy. */
  static IOException explained(Path target, IOException e) {
    String reason = String.valueOf(e.getMessage());
    String lower = reason.toLowerCase(Locale.ROOT);
    if (lower.contains("no space left") || lower.contains("quota")) {
      reason = "the disk is full (" + reason + "); free space on it or use another directory";
    } else if (e instanceof AccessDeniedException || lower.contains("permission denied")) {
      reason = "no permission; let the process's user write to " + target.getParent();
    } else if (lower.contains("read-only")) {
      reason = "the file system is read-only (" + reason + ")";
    }
    return new IOException("File " + target + " cannot be written: " + reason, e);
  }

  /** The operating system's errors say nothing of the file. */
  private final class NamingStream extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      checkPending();
      try {
        file.write(bytes, offset, length);
      } catch (IOException e) {
        throw explained(target, e);
      }
    }
  }
}

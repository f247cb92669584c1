package io.millrace.core.storage;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * The calls to the operating system whose order makes a file durable; an interface so that a test
 * can see the order and make each fail.
 */
interface FileCalls {
  void createDirectory(Path directory) throws IOException;

  Path createTemporary(Path directory, String prefix, String suffix) throws IOException;

  OpenFile open(Path file) throws IOException;

  void rename(Path from, Path to) throws IOException;

  /** Gives the file a second name; fails if something has that name. */
  void link(Path file, Path name) throws IOException;

  void delete(Path file) throws IOException;

  /** Makes a file durable that others have written. */
  void syncFile(Path file) throws IOException;

  void syncDirectory(Path directory) throws IOException;

  /** A file being written. */
  interface OpenFile extends AutoCloseable {
    void write(byte[] bytes, int offset, int length) throws IOException;

    void sync() throws IOException;

    @Override
    void close() throws IOException;
  }

  /** The calls themselves. */
  static FileCalls real() {
    return new FileCalls() {
      @Override
      public void createDirectory(Path directory) throws IOException {
        Files.createDirectory(directory);
      }

      @Override
      public Path createTemporary(Path directory, String prefix, String suffix) throws IOException {
        return Files.createTempFile(directory, prefix, suffix);
      }

      @Override
      public OpenFile open(Path file) throws IOException {
        // Not a channel: an interrupt would close it in the middle of a file.
        FileOutputStream stream = new FileOutputStream(file.toFile());
        return new OpenFile() {
          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            stream.write(bytes, offset, length);
          }

          @Override
          public void sync() throws IOException {
            stream.getFD().sync();
          }

          @Override
          public void close() throws IOException {
            stream.close();
          }
        };
      }

      @Override
      public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
      }

      @Override
      public void link(Path file, Path name) throws IOException {
        Files.createLink(name, file);
      }

      @Override
      public void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
      }

      @Override
      public void syncFile(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
          channel.force(true);
        }
      }

      @Override
      public void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
          channel.force(true);
        }
      }
    };
  }
}

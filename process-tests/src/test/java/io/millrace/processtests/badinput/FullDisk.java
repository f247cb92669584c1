package io.millrace.processtests.badinput;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The cluster's checkpoint directory without room. Where a file system of its own could be mounted,
 * it is really full; else a file stands where the directory was, which no file can be made in
 * either.
 */
final class FullDisk {
  private final Path checkpoints;
  private final Path filler;
  private final boolean real;

  private FullDisk(Path checkpoints, Path filler, boolean real) {
    this.checkpoints = checkpoints;
    this.filler = filler;
    this.real = real;
  }

  static FullDisk fill(Stage stage) throws IOException {
    if (!stage.ownFileSystem) {
      Path aside = stage.directory.resolve("checkpoints-aside");
      Files.move(stage.checkpoints, aside);
      Files.createFile(stage.checkpoints);
      return new FullDisk(stage.checkpoints, aside, false);
    }
    Path filler = stage.checkpoints.resolve("filler");
    byte[] block = new byte[4096];
    try (OutputStream out = Files.newOutputStream(filler)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      return new FullDisk(stage.checkpoints, filler, true);
    }
  }

  /** What a failed checkpoint's message says of it. */
  String says() {
    return real ? "No space left on device" : checkpoints.toString();
  }

  void free() throws IOException {
    if (real) {
      Files.delete(filler);
    } else {
      Files.delete(checkpoints);
      Files.move(filler, checkpoints);
    }
  }
}

package io.millrace.processtests.badinput;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.Deflater;

/** Makes job jars as a user's build does: one's own classes, with the libraries they use. */
final class JobJars {
  private JobJars() {}

  /**
   * Writes a jar.
   *
   * @param mainClass for the manifest
   * @param folder of {@code classes}: which part of their class path entry is taken
   * @param classes one of one's own
   * @param libraries a class of each library
   */
  static Path write(
      Path jar, Optional<String> mainClass, String folder, Class<?> classes, Class<?>... libraries)
      throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    mainClass.ifPresent(name -> manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, name));
    Set<String> written = new HashSet<>();
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      out.setLevel(Deflater.BEST_SPEED);
      copy(entryOf(classes), folder, out, written);
      for (Class<?> library : libraries) {
        copy(entryOf(library), "", out, written);
      }
    }
    return jar;
  }

  private static Path entryOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void copy(Path entry, String folder, JarOutputStream out, Set<String> written)
      throws IOException {
    if (Files.isDirectory(entry)) {
      try (Stream<Path> files = Files.walk(entry.resolve(folder))) {
        for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
          try (InputStream in = Files.newInputStream(file)) {
            put(entry.relativize(file).toString(), in, out, written);
          }
        }
      }
      return;
    }
    try (JarFile jar = new JarFile(entry.toFile())) {
      List<JarEntry> entries = jar.stream().filter(each -> !each.isDirectory()).toList();
      for (JarEntry each : entries) {
        try (InputStream in = jar.getInputStream(each)) {
          put(each.getName(), in, out, written);
        }
      }
    }
  }

  private static void put(String name, InputStream in, JarOutputStream out, Set<String> written)
      throws IOException {
    boolean wanted = !name.startsWith("META-INF/MANIFEST") && !name.endsWith("module-info.class");
    if (wanted && written.add(name)) {
      out.putNextEntry(new JarEntry(name));
      in.transferTo(out);
      out.closeEntry();
    }
  }
}

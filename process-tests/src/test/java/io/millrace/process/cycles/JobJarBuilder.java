package io.millrace.process.cycles;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.Deflater;

/** Writes a job jar with its libraries inside, as a user's build does. */
public final class JobJarBuilder implements AutoCloseable {
  private final JarOutputStream out;
  private final Set<String> written = new HashSet<>();

  public JobJarBuilder(Path jar, Class<?> main) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, main.getName());
    out = new JarOutputStream(Files.newOutputStream(jar), manifest);
    out.setLevel(Deflater.BEST_SPEED);
  }

  /** The jar or directory that holds the class. */
  public JobJarBuilder addLibraryOf(Class<?> type) throws IOException {
    return add(type, name -> true);
  }

  /** Of the jar or directory that holds the class, its package and those below. */
  public JobJarBuilder addPackageOf(Class<?> type) throws IOException {
    String folder = type.getPackageName().replace('.', '/') + "/";
    return add(type, name -> name.startsWith(folder));
  }

  private JobJarBuilder add(Class<?> type, Predicate<String> wanted) throws IOException {
    Path origin = origin(type);
    if (Files.isDirectory(origin)) {
      try (Stream<Path> files = Files.walk(origin)) {
        for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
          try (InputStream in = Files.newInputStream(file)) {
            add(origin.relativize(file).toString().replace('\\', '/'), wanted, in);
          }
        }
      }
    } else {
      try (JarFile jar = new JarFile(origin.toFile())) {
        List<JarEntry> entries = jar.stream().filter(entry -> !entry.isDirectory()).toList();
        for (JarEntry entry : entries) {
          try (InputStream in = jar.getInputStream(entry)) {
            add(entry.getName(), wanted, in);
          }
        }
      }
    }
    return this;
  }

  private void add(String name, Predicate<String> wanted, InputStream in) throws IOException {
    boolean belongs = wanted.test(name) && !name.equals(JarFile.MANIFEST_NAME);
    if (belongs && !name.endsWith("module-info.class") && written.add(name)) {
      out.putNextEntry(new JarEntry(name));
      in.transferTo(out);
      out.closeEntry();
    }
  }

  private static Path origin(Class<?> type) throws IOException {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException("Where is " + type + "?", e);
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}

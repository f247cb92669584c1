package io.millrace.process;

import io.millrace.connectors.kafka.KafkaSource;
import io.millrace.examples.hotauctions.HotAuctions;
import io.millrace.formats.json.JsonDeserializationSchema;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.Deflater;

/**
 * Makes the job jar of what is on this JVM's class path: the examples, the connector, the format
 * and their libraries, as the build does it. The built one is not there yet when these tests run
 * before the package phase.
 */
final class JobJarFile {
  private static final List<String> LIBRARIES =
      List.of("kafka-clients", "jackson-", "lz4-java", "snappy-java", "zstd-jni", "at.yawk");

  private final Set<String> names = new HashSet<>();
  private final Map<String, ByteArrayOutputStream> services = new TreeMap<>();

  private JobJarFile() {}

  static Path write(Path jar) throws IOException {
    return new JobJarFile().writeTo(jar);
  }

  private Path writeTo(Path jar) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, HotAuctions.class.getName());
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      out.setLevel(Deflater.BEST_SPEED);
      for (Path part : parts()) {
        if (Files.isDirectory(part)) {
          addDirectory(part, out);
        } else {
          addJar(part, out);
        }
      }
      for (Map.Entry<String, ByteArrayOutputStream> service : services.entrySet()) {
        out.putNextEntry(new JarEntry(service.getKey()));
        service.getValue().writeTo(out);
        out.closeEntry();
      }
    }
    return jar;
  }

  private static Set<Path> parts() {
    Set<Path> parts = new LinkedHashSet<>();
    parts.add(locationOf(HotAuctions.class));
    parts.add(locationOf(KafkaSource.class));
    parts.add(locationOf(JsonDeserializationSchema.class));
    for (Path entry : TestClassPath.entries()) {
      String name = entry.getFileName().toString();
      if (LIBRARIES.stream().anyMatch(name::startsWith)) {
        parts.add(entry);
      }
    }
    return parts;
  }

  private static Path locationOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private void addDirectory(Path directory, JarOutputStream out) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        try (InputStream in = Files.newInputStream(file)) {
          add(directory.relativize(file).toString().replace('\\', '/'), in, out);
        }
      }
    }
  }

  private void addJar(Path path, JarOutputStream out) throws IOException {
    try (JarFile jar = new JarFile(path.toFile())) {
      for (JarEntry entry : jar.stream().filter(e -> !e.isDirectory()).toList()) {
        try (InputStream in = jar.getInputStream(entry)) {
          add(entry.getName(), in, out);
        }
      }
    }
  }

  private void add(String name, InputStream in, JarOutputStream out) throws IOException {
    if (name.startsWith("META-INF/services/")) {
      ByteArrayOutputStream all =
          services.computeIfAbsent(name, key -> new ByteArrayOutputStream());
      in.transferTo(all);
      all.write('\n');
    } else if (!name.startsWith("META-INF/")
        && !name.endsWith("module-info.class")
        && names.add(name)) {
      out.putNextEntry(new JarEntry(name));
      in.transferTo(out);
      out.closeEntry();
    }
  }
}

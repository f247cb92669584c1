package io.millrace.client.run;

import io.millrace.core.config.NearestName;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipException;

/**
 * A jar that holds a program.
 *
 * @param mainClass that its manifest names
 * @param classes names of all top-level classes in it
 */
public record JobJar(Path path, Optional<String> mainClass, List<String> classes) {
  private static final int CLASSES_LOOKED_AT = 2_000;
  private static final int CLASSES_NAMED = 5;

  public JobJar {
    classes = List.copyOf(classes);
  }

  /**
   * Opens a jar.
   *
   * @throws ProgramException if there is none, saying what is there instead
   */
  public static JobJar open(Path path) {
    if (!Files.exists(path)) {
      throw ProgramException.unusable(
          "There is no file " + path + " (in " + Path.of("").toAbsolutePath() + ")");
    }
    if (Files.isDirectory(path)) {
      throw ProgramException.unusable(path + " is a directory, not a jar");
    }
    try (JarFile jar = new JarFile(path.toFile())) {
      Manifest manifest = jar.getManifest();
      Optional<String> main =
          Optional.ofNullable(manifest)
              .map(m -> m.getMainAttributes().getValue(Attributes.Name.MAIN_CLASS))
              .map(String::strip);
      List<String> classes =
          jar.stream()
              .map(entry -> entry.getName())
              .filter(name -> name.endsWith(".class") && !name.contains("$"))
              .filter(name -> !name.startsWith("META-INF/") && !name.endsWith("-info.class"))
              .map(name -> name.substring(0, name.length() - 6).replace('/', '.'))
              .sorted()
              .toList();
      if (classes.isEmpty()) {
        throw ProgramException.unusable(path + " holds no classes: is it the right jar?");
      }
      return new JobJar(path, main, classes);
    } catch (ZipException e) {
      throw ProgramException.unusable(
          path + " is not a jar: it can't be read as a zip file (" + e.getMessage() + ")", e);
    } catch (IOException e) {
      throw ProgramException.unusable("Can't read " + path + ": " + e.getMessage(), e);
    }
  }

  public URL url() {
    try {
      return path.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException(path + " has no URL", e);
    }
  }

  /**
   * The {@code main} to run.
   *
   * @param named by the command; else what the manifest names
   * @throws ProgramException if there is none, with the classes that have one
   */
  Method main(Optional<String> named, ClassLoader loader) {
    if (named.isEmpty() && mainClass.isEmpty()) {
      throw ProgramException.unusable(
          path + " names no Main-Class in its manifest; " + suggestMains(loader));
    }
    String name = named.or(() -> mainClass).orElseThrow();
    Class<?> type;
    try {
      type = Class.forName(name, false, loader);
    } catch (ClassNotFoundException e) {
      String near =
          NearestName.of(name, classes)
              .or(() -> sameSimpleName(name))
              .map(found -> "did you mean " + found + "?")
              .orElseGet(() -> suggestMains(loader));
      throw ProgramException.unusable("There is no class " + name + " in " + path + "; " + near, e);
    } catch (LinkageError e) {
      throw ProgramException.unusable(
          "Can't load "
              + name
              + " of "
              + path
              + ": "
              + e
              + " (are all the program's libraries in its jar?)",
          e);
    }
    return mainOf(type)
        .orElseThrow(
            () ->
                ProgramException.unusable(
                    name
                        + " has no 'public static void main(String[] args)'; "
                        + suggestMains(loader)));
  }

  private Optional<String> sameSimpleName(String name) {
    String simple = "." + name.substring(name.lastIndexOf('.') + 1);
    return classes.stream().filter(candidate -> candidate.endsWith(simple)).findFirst();
  }

  private String suggestMains(ClassLoader loader) {
    List<String> mains = new ArrayList<>();
    for (String name : classes.subList(0, Math.min(classes.size(), CLASSES_LOOKED_AT))) {
      try {
        if (mainOf(Class.forName(name, false, loader)).isPresent()) {
          mains.add(name);
        }
      } catch (ClassNotFoundException | LinkageError e) {
        // Not loadable here, so not to be suggested.
        continue;
      }
      if (mains.size() == CLASSES_NAMED) {
        break;
      }
    }
    return mains.isEmpty()
        ? "no class in it has a main method: is it the right jar?"
        : "classes with a main method: " + String.join(", ", mains) + " (name one with -c)";
  }

  private static Optional<Method> mainOf(Class<?> type) {
    try {
      Method main = type.getMethod("main", String[].class);
      return Modifier.isStatic(main.getModifiers()) && main.getReturnType() == void.class
          ? Optional.of(main)
          : Optional.empty();
    } catch (NoSuchMethodException e) {
      return Optional.empty();
    }
  }
}

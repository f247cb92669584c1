package io.millrace.core.types.schema;

import io.millrace.core.types.TypeSchema;
import io.millrace.core.types.TypeSchema.Kind;
import java.util.ArrayList;
import java.util.List;

/** What a comparison of two schemas has found, each with the way to the field. One thread. */
final class Findings {
  private final List<String> changes = new ArrayList<>();
  private final List<String> obstacles = new ArrayList<>();
  private boolean changesBytes;

  List<String> changes() {
    return changes;
  }

  List<String> obstacles() {
    return obstacles;
  }

  boolean changesBytes() {
    return changesBytes;
  }

  /** Something is another thing now. */
  void change(String path, String what) {
    changes.add(path + ": " + what);
  }

  /** The type is another now. */
  void change(String path, TypeSchema written, TypeSchema now) {
    change(path, shown(written) + " becomes " + shown(now));
  }

  /** The values are written otherwise now. */
  void bytesChange() {
    changesBytes = true;
  }

  /** The type is another now, which does not go. */
  Conversion refuse(String path, TypeSchema written, TypeSchema now, String why) {
    return refuse(path + " was " + shown(written) + " and is now " + shown(now) + why);
  }

  Conversion refuse(String why) {
    obstacles.add(why);
    return Conversion.NONE;
  }

  /** What was called {@code name} is not there; it may have another name. */
  Conversion refuseLost(String what, String name) {
    return refuse(
        what + "; if that was renamed, put @FormerNames(\"" + name + "\") on what it is now");
  }

  private static String shown(TypeSchema type) {
    return type.kind() == Kind.BASIC ? simpleName(type) : type.name();
  }

  static String simpleName(TypeSchema type) {
    String name = type.className();
    return name.substring(Math.max(name.lastIndexOf('.'), name.lastIndexOf('$')) + 1);
  }
}

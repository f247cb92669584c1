package io.millrace.core.types.schema;

import io.millrace.core.types.TypeSchema;
import io.millrace.core.types.TypeSchema.Part;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Which field of a type goes on with which field it was written with. */
final class FieldMatching {
  private static final int NEW = -1;

  private final TypeSchema written;
  private final int[] from;

  /** By their names first, whatever others say that they were called; then by former names. */
  FieldMatching(TypeSchema written, TypeSchema now, CurrentClasses classes) {
    this.written = written;
    this.from = new int[now.parts().size()];
    Arrays.fill(from, NEW);
    for (int i = 0; i < from.length; i++) {
      from[i] = free(now.parts().get(i).name());
    }
    for (int i = 0; i < from.length; i++) {
      List<String> former = classes.formerNames(now, now.parts().get(i).name());
      for (int k = 0; k < former.size() && from[i] == NEW; k++) {
        from[i] = free(former.get(k));
      }
    }
  }

  /** Of the written fields of a name, the first that no field goes on with yet. */
  private int free(String name) {
    List<Part> parts = written.parts();
    return IntStream.range(0, parts.size())
        .filter(i -> parts.get(i).name().equals(name) && isDropped(i))
        .findFirst()
        .orElse(NEW);
  }

  boolean isNew(int field) {
    return from[field] == NEW;
  }

  /** Index of the written field. */
  int from(int field) {
    return from[field];
  }

  /** Whether no field goes on with a written one. */
  boolean isDropped(int writtenField) {
    return Arrays.stream(from).noneMatch(at -> at == writtenField);
  }

  /** Whether fields are where they were. */
  boolean isSame() {
    return from.length == written.parts().size()
        && IntStream.range(0, from.length).allMatch(i -> from[i] == i);
  }
}

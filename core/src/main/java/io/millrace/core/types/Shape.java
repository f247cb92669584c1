package io.millrace.core.types;

import java.util.List;

/** What kind of value a type has, one level deep; parts are types again. */
sealed interface Shape {
  /** A type with a serializer written by hand. */
  record Basic(BasicType<?> type) implements Shape {}

  record EnumShape(Class<?> type) implements Shape {}

  record RecordShape(Class<?> type, List<Part> components) implements Shape {}

  /** A mutable class; one level for each class of its hierarchy that has fields, topmost first. */
  record PojoShape(Class<?> type, List<Level> levels) implements Shape {
    List<Part> parts() {
      return levels.stream().flatMap(level -> level.fields().stream()).toList();
    }
  }

  record OptionalShape(TypeTree element) implements Shape {}

  record CollectionShape(CollectionKind kind, TypeTree element) implements Shape {}

  record MapShape(MapKind kind, TypeTree key, TypeTree value) implements Shape {}

  record ArrayShape(TypeTree element) implements Shape {}

  /** A sealed type by the concrete classes it permits, at any depth. */
  record SealedShape(Class<?> type, List<Variant> variants) implements Shape {}

  /** Values known only as they come, all of one bound. */
  record LateShape(Class<?> bound) implements Shape {}

  /**
   * A named field.
   *
   * @param declared the class in the field's descriptor; of a type variable its erasure
   */
  record Part(String name, Class<?> declared, TypeTree type) {}

  /** The fields that one class of a hierarchy declares. */
  record Level(Class<?> type, List<Part> fields) {}

  /** One concrete class of a sealed type; the tag is what is written. */
  record Variant(String tag, TypeTree type) {}
}

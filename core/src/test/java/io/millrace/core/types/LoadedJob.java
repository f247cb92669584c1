package io.millrace.core.types;

import java.util.List;
import java.util.Optional;

/** The types of a job, loaded by a loader of its own. */
final class LoadedJob {
  enum Kind {
    A,
    B
  }

  private sealed interface Part permits Leaf, Branch {}

  private record Leaf(Kind kind) implements Part {}

  private record Branch(List<Part> parts) implements Part {}

  private record Point(long x, double y) {}

  record Key(String name, Kind kind) {}

  @SuppressWarnings("UnusedVariable") // read by the serializer
  private static class Parent {
    private Key key;
  }

  @SuppressWarnings("UnusedVariable") // read by the serializer
  private static final class Pojo extends Parent {
    private Point point;
  }

  @SuppressWarnings("ArrayRecordComponent") // a component like any other to the serializer
  record Root(Part part, Point point, Optional<Key> key, Pojo pojo, Object any, String[] names) {}

  static Object value() {
    Pojo pojo = new Pojo();
    ((Parent) pojo).key = new Key("k", Kind.B);
    pojo.point = new Point(3, 4);
    return new Root(
        new Branch(List.of(new Leaf(Kind.A), new Branch(List.of()))),
        new Point(1, 2),
        Optional.of(new Key("k", Kind.A)),
        pojo,
        new Leaf(Kind.B),
        new String[] {"n"});
  }

  static Object key() {
    return new Key("k", Kind.A);
  }

  static Object point() {
    return new Point(1, 2);
  }

  private LoadedJob() {}
}

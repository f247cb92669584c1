package io.millrace.core.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecordTypeTest {
  private record Primitives(boolean a, byte b, short c, char d, int e, long f, float g, double h) {}

  private record Boxes(
      Boolean a, Byte b, Short c, Character d, Integer e, Long f, Float g, Double h, String i) {}

  private record Pair<A, B>(A left, B right) {}

  @SuppressWarnings("ArrayRecordComponent") // a component like any other to the serializer
  private record Nested(String name, Pair<Integer, List<String>> pair, Nested[] more) {}

  private record Tree(String label, List<Tree> children, Optional<Tree> twin) {}

  private enum Color {
    RED,
    GREEN {
      @Override
      public String toString() {
        return "leafy";
      }
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // a component like any other to the serializer
  private record Mixed(
      Color color, Optional<String> maybe, Map<String, Color> colors, byte[] data, Object any) {}

  private record Positive(int value) {
    Positive {
      if (value <= 0) {
        throw new IllegalArgumentException("not positive: " + value);
      }
    }
  }

  private record Empty() {}

  @Test
  void primitivesComeBack() {
    Primitives value =
        new Primitives(true, (byte) -1, (short) -2, '\uffff', -3, -4L, 1.5f, Double.MIN_VALUE);
    assertThat(RoundTrip.of(TypeInformation.of(Primitives.class), value)).isEqualTo(value);
  }

  @Test
  void primitivesAreWrittenWithoutMarkers() {
    Primitives value = new Primitives(true, (byte) 1, (short) 2, 'c', 3, 4, 5, 6);
    assertThat(RoundTrip.bytes(TypeInformation.of(Primitives.class), value)).hasSize(30);
  }

  @Test
  void everyBoxMayBeNull() {
    Boxes full = new Boxes(true, (byte) 1, (short) 2, 'c', 4, 5L, 6f, 7d, "eight");
    Boxes empty = new Boxes(null, null, null, null, null, null, null, null, null);
    assertThat(RoundTrip.of(TypeInformation.of(Boxes.class), full)).isEqualTo(full);
    assertThat(RoundTrip.of(TypeInformation.of(Boxes.class), empty)).isEqualTo(empty);
  }

  @Test
  void genericComponentsAreResolved() {
    TypeInformation<Pair<Long, List<String>>> type = TypeInformation.of(new TypeHint<>() {});
    Pair<Long, List<String>> value = new Pair<>(1L, Arrays.asList("a", null, "c"));
    assertThat(RoundTrip.of(type, value)).isEqualTo(value);
    assertThat(type.toString()).endsWith("<java.lang.Long, java.util.List<java.lang.String>>");
  }

  @Test
  void componentsOfARawGenericRecordAreLateTyped() {
    TypeInformation<?> raw = TypeInformation.of(Pair.class);
    @SuppressWarnings("unchecked")
    TypeInformation<Object> type = (TypeInformation<Object>) raw;
    Object value = new Pair<>(new Positive(4), List.of("x", 1));
    assertThat(RoundTrip.of(type, value)).isEqualTo(value);
  }

  @Test
  void nestedRecordsAndArraysComeBack() {
    Nested leaf = new Nested("leaf", null, new Nested[0]);
    Nested value = new Nested("root", new Pair<>(1, List.of("x")), new Nested[] {leaf, null});
    Nested read = RoundTrip.of(TypeInformation.of(Nested.class), value);
    assertThat(read).usingRecursiveComparison().isEqualTo(value);
  }

  @Test
  void recordsThatContainThemselvesComeBack() {
    Tree leaf = new Tree("leaf", List.of(), Optional.empty());
    Tree value = new Tree("root", List.of(leaf, leaf), Optional.of(leaf));
    assertThat(RoundTrip.of(TypeInformation.of(Tree.class), value)).isEqualTo(value);
    assertThat(TypeInformation.of(Tree.class).serializer().copy(value)).isEqualTo(value);
  }

  @Test
  @SuppressWarnings("NullOptional") // such records are there, and must come back
  void otherKindsOfFieldsComeBack() {
    Mixed value =
        new Mixed(
            Color.GREEN, Optional.of("x"), Map.of("k", Color.RED), new byte[] {1}, Color.GREEN);
    Mixed read = RoundTrip.of(TypeInformation.of(Mixed.class), value);
    assertThat(read).usingRecursiveComparison().isEqualTo(value);
    Mixed nulls = new Mixed(null, null, null, null, null);
    assertThat(RoundTrip.of(TypeInformation.of(Mixed.class), nulls)).isEqualTo(nulls);
  }

  @Test
  void localAndEmptyRecordsComeBack() {
    record Local(int x, String y) {}
    assertThat(RoundTrip.of(TypeInformation.of(Local.class), new Local(1, "é\ud800")))
        .isEqualTo(new Local(1, "é\ud800"));
    assertThat(RoundTrip.of(TypeInformation.of(Empty.class), new Empty())).isEqualTo(new Empty());
  }

  @Test
  void whatTheConstructorRefusesIsCorrupt() {
    byte[] bytes = RoundTrip.bytes(TypeInformation.of(Positive.class), new Positive(1));
    bytes[0] = 0;
    assertThatThrownBy(
            () -> TypeInformation.of(Positive.class).serializer().read(RoundTrip.reader(bytes)))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("Positive")
        .hasMessageContaining("not positive: 0");
  }

  @Test
  void immutableRecordsAreNotCopiedOthersAre() {
    Primitives immutable = new Primitives(true, (byte) 1, (short) 2, 'c', 3, 4, 5, 6);
    TypeSerializer<Primitives> serializer = TypeInformation.of(Primitives.class).serializer();
    assertThat(serializer.isImmutable()).isTrue();
    assertThat(serializer.copy(immutable)).isSameAs(immutable);

    TypeSerializer<Mixed> mutable = TypeInformation.of(Mixed.class).serializer();
    assertThat(mutable.isImmutable()).isFalse();
    Mixed value =
        new Mixed(null, Optional.empty(), Map.of(), new byte[] {7}, new ArrayList<>(List.of(1)));
    Mixed copy = mutable.copy(value);
    assertThat(copy).usingRecursiveComparison().isEqualTo(value);
    assertThat(copy.data()).isNotSameAs(value.data());
    assertThat(copy.any()).isNotSameAs(value.any());
  }

  @Test
  void flatLayoutsHoldRecordsOfPrimitivesOnly() {
    FlatLayout<Primitives> layout = TypeInformation.of(Primitives.class).flatLayout().orElseThrow();
    assertThat(layout.words()).isEqualTo(8);
    Primitives value =
        new Primitives(true, (byte) -1, (short) -2, '\uffff', -3, -4L, -0f, Double.NaN);
    long[] page = new long[20];
    layout.store(value, page, 3);
    assertThat(layout.load(page, 3)).isEqualTo(value);
    assertThat(page[2]).isZero();
    assertThat(page[11]).isZero();
    assertThat(TypeInformation.of(Boxes.class).flatLayout()).isEmpty();
    assertThat(TypeInformation.of(Long.class).flatLayout()).isPresent();
    assertThat(TypeInformation.of(String.class).flatLayout()).isEmpty();
  }
}

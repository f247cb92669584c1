package io.millrace.core.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.types.SampleTypes.Pojo;
import io.millrace.core.types.SampleTypes.Sample;
import io.millrace.core.types.schema.SchemaEvolution;
import io.millrace.core.types.schema.WrittenType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EveryTypeTest {
  static List<Sample> samples() {
    return SampleTypes.all();
  }

  @ParameterizedTest
  @MethodSource("samples")
  void comesBackEqual(Sample sample) {
    assertSame(RoundTrip.of(sample.type(), sample.value()), sample.value());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void isCopiedEqualAndShares(Sample sample) throws Exception {
    TypeSerializer<Object> serializer = sample.type().serializer();
    Object copy = serializer.copy(sample.value());
    assertSame(copy, sample.value());
    if (serializer.isImmutable()) {
      assertThat(copy).isSameAs(sample.value());
    } else {
      Map<Object, Boolean> original = mutableParts(sample.value());
      assertThat(mutableParts(copy).keySet()).noneMatch(original::containsKey);
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void nullableFormHoldsNullAndValue(Sample sample) {
    TypeSerializer<Object> serializer = sample.type().serializer();
    BinaryWriter out = new BinaryWriter();
    serializer.writeNullable(null, out);
    serializer.writeNullable(sample.value(), out);
    BinaryReader in = RoundTrip.reader(out.toByteArray());
    assertThat(serializer.readNullable(in)).isNull();
    assertSame(serializer.readNullable(in), sample.value());
    assertThat(in.remaining()).isZero();
    assertThat(serializer.copyNullable(null)).isNull();
  }

  @ParameterizedTest
  @MethodSource("samples")
  void typeIsShippedAsADescription(Sample sample) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(sample.type());
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(sample.type());
    }
    assertThat(bytes.size()).isLessThan(1000);
  }

  @ParameterizedTest
  @MethodSource("samples")
  void schemaComesBack(Sample sample) {
    BinaryWriter out = new BinaryWriter();
    sample.type().schema().write(out);
    TypeSchema read = TypeSchema.read(RoundTrip.reader(out.toByteArray()));
    assertThat(read).isEqualTo(sample.type().schema());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void isReadAndWrittenBySchemaAlone(Sample sample) {
    byte[] bytes = RoundTrip.bytes(sample.type(), sample.value());
    WrittenType written = WrittenType.of(sample.type().schema());
    BinaryReader in = RoundTrip.reader(bytes);
    Object generic = written.read(in);
    assertThat(in.remaining()).isZero();
    BinaryWriter again = new BinaryWriter();
    written.write(generic, again);
    assertSame(
        sample.type().serializer().read(RoundTrip.reader(again.toByteArray())), sample.value());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void isReadAndWrittenAsAKeyBySchemaAlone(Sample sample) {
    BinaryWriter encoded = new BinaryWriter();
    try {
      sample.type().keyCodec().encode(sample.value(), encoded);
    } catch (UnsupportedTypeException noKey) {
      return;
    }
    WrittenType written = WrittenType.ofKey(sample.type().schema());
    BinaryReader in = RoundTrip.reader(encoded.toByteArray());
    Object generic = written.read(in);
    assertThat(in.remaining()).isZero();
    BinaryWriter again = new BinaryWriter();
    written.write(generic, again);
    assertThat(again.toByteArray()).isEqualTo(encoded.toByteArray());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void isTheSameTypeAsBefore(Sample sample) {
    TypeSchema schema = sample.type().schema();
    SchemaEvolution evolution =
        SchemaEvolution.between(schema, schema, EveryTypeTest.class.getClassLoader());
    assertThat(evolution.obstacles()).isEmpty();
    assertThat(evolution.changes()).isEmpty();
    assertThat(evolution.isConversion()).isFalse();
    byte[] bytes = RoundTrip.bytes(sample.type(), sample.value());
    BinaryWriter out = new BinaryWriter();
    evolution.convert(RoundTrip.reader(bytes), out);
    assertSame(
        sample.type().serializer().read(RoundTrip.reader(out.toByteArray())), sample.value());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void changedBytesEndInAGenericValueOrCorruptData(Sample sample) {
    Random random = new Random(9);
    byte[] good = RoundTrip.bytes(sample.type(), sample.value());
    WrittenType written = WrittenType.of(sample.type().schema());
    for (int i = 0; i < 1000; i++) {
      byte[] bytes = good.clone();
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      try {
        assertThat(written.read(RoundTrip.reader(bytes))).isNotNull();
      } catch (CorruptDataException expected) {
        assertThat(expected.getMessage()).isNotBlank();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void changedBytesEndInAValueOrCorruptData(Sample sample) {
    Random random = new Random(7);
    byte[] good = RoundTrip.bytes(sample.type(), sample.value());
    TypeSerializer<Object> serializer = sample.type().serializer();
    for (int i = 0; i < 3000; i++) {
      byte[] bytes =
          Arrays.copyOf(good, random.nextInt(4) == 0 ? random.nextInt(300) : good.length);
      for (int flips = random.nextInt(4); flips >= 0 && bytes.length > 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(random.nextBoolean() ? 256 : 4);
      }
      readOrCorrupt(serializer, bytes);
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void anyBytesEndInAValueOrCorruptData(Sample sample) {
    Random random = new Random(8);
    TypeSerializer<Object> serializer = sample.type().serializer();
    for (int i = 0; i < 1000; i++) {
      byte[] bytes = new byte[random.nextInt(64)];
      random.nextBytes(bytes);
      readOrCorrupt(serializer, bytes);
    }
    byte[] ones = new byte[100_000];
    Arrays.fill(ones, (byte) 1);
    readOrCorrupt(serializer, ones);
    Arrays.fill(ones, (byte) 0x7f);
    readOrCorrupt(serializer, ones);
  }

  private static void readOrCorrupt(TypeSerializer<Object> serializer, byte[] bytes) {
    try {
      assertThat(serializer.read(RoundTrip.reader(bytes))).isNotNull();
    } catch (CorruptDataException expected) {
      assertThat(expected.getMessage()).isNotBlank();
    }
  }

  @Test
  void transientFieldsAreLeftToTheConstructor() {
    Pojo pojo = new Pojo(1, "x", List.of(), null);
    pojo.cache = "changed";
    assertThat(RoundTrip.of(TypeInformation.of(Pojo.class), pojo).cache)
        .isEqualTo("set by the constructor");
  }

  @Test
  void iterationOrderIsKept() {
    TypeInformation<Map<String, Integer>> type = TypeInformation.of(new TypeHint<>() {});
    Map<String, Integer> map = new LinkedHashMap<>();
    for (int i = 100; i > 0; i--) {
      map.put("k" + i, i);
    }
    assertThat(RoundTrip.of(type, map).keySet()).containsExactlyElementsOf(map.keySet());
  }

  @Test
  void queuesComeBack() {
    TypeInformation<Deque<Integer>> type = TypeInformation.of(new TypeHint<>() {});
    assertThat(RoundTrip.of(type, SampleTypes.deque(3, 1, 2))).containsExactly(3, 1, 2);
  }

  @Test
  void aComparatorIsNotLostSilently() {
    TypeInformation<TreeSet<Integer>> type = TypeInformation.of(new TypeHint<>() {});
    TreeSet<Integer> reversed = new TreeSet<>(Comparator.reverseOrder());
    assertThatThrownBy(() -> RoundTrip.bytes(type, reversed))
        .isInstanceOf(UnsupportedTypeException.class)
        .hasMessageContaining("comparator");
  }

  @Test
  void classNamesAreWrittenOnceAFrame() {
    TypeSerializer<Object> serializer = TypeInformation.lateTyped().serializer();
    BinaryWriter out = new BinaryWriter();
    serializer.write(new SampleTypes.Dog("a"), out);
    int first = out.size();
    serializer.write(new SampleTypes.Dog("b"), out);
    int second = out.size() - first;
    assertThat(second).isEqualTo(3);
    BinaryReader in = RoundTrip.reader(out.toByteArray());
    assertThat(serializer.read(in)).isEqualTo(new SampleTypes.Dog("a"));
    assertThat(serializer.read(in)).isEqualTo(new SampleTypes.Dog("b"));

    out.reset();
    serializer.write(new SampleTypes.Dog("c"), out);
    in.reset(out.array(), 0, out.size());
    assertThat(out.size()).isEqualTo(first);
    assertThat(serializer.read(in)).isEqualTo(new SampleTypes.Dog("c"));
  }

  @Test
  void valuesThatContainThemselvesAreRefused() {
    Pojo pojo = new Pojo(1, "x", null, null);
    Pojo loop = new Pojo(2, "y", null, pojo);
    setNext(pojo, loop);
    TypeSerializer<Pojo> serializer = TypeInformation.of(Pojo.class).serializer();
    BinaryWriter out = new BinaryWriter();
    assertThatThrownBy(() -> serializer.write(pojo, out)).hasMessageContaining("containing itself");
    assertThatThrownBy(() -> serializer.copy(pojo)).hasMessageContaining("contains itself");
  }

  private static void setNext(Pojo pojo, Pojo next) {
    try {
      Field field = Pojo.class.getDeclaredField("next");
      field.setAccessible(true);
      field.set(pojo, next);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("The test's own class", e);
    }
  }

  private static void assertSame(Object actual, Object expected) {
    if (expected.getClass().isArray()) {
      assertThat(actual).hasSameClassAs(expected);
    }
    assertThat(Objects.deepEquals(actual, expected)).as("%s", actual).isTrue();
  }

  /** Everything that can change, reached through collections and fields of our own classes. */
  private static IdentityHashMap<Object, Boolean> mutableParts(Object value) throws Exception {
    IdentityHashMap<Object, Boolean> parts = new IdentityHashMap<>();
    List<Object> open = new ArrayList<>();
    open.add(value);
    while (!open.isEmpty()) {
      Object next = open.remove(open.size() - 1);
      if (next == null) {
        continue;
      }
      if (next instanceof Object[] array) {
        parts.put(next, true);
        open.addAll(Arrays.asList(array));
      } else if (next.getClass().isArray()) {
        parts.put(next, true);
      } else if (next instanceof Iterable<?> elements) {
        parts.put(next, true);
        elements.forEach(open::add);
      } else if (next instanceof Map<?, ?> map) {
        parts.put(next, true);
        open.addAll(map.keySet());
        open.addAll(map.values());
      } else if (next.getClass().getName().startsWith("io.millrace") && !(next instanceof Enum)) {
        if (!next.getClass().isRecord()) {
          parts.put(next, true);
        }
        for (Field field : next.getClass().getDeclaredFields()) {
          field.setAccessible(true);
          open.add(field.get(next));
        }
      }
    }
    return parts;
  }

  @Test
  void aGenericTypeIsMadeOfTypesThatAreKnown() {
    TypeInformation<List<Integer>> list =
        TypeInformation.of(List.class, TypeInformation.of(Integer.class));
    TypeInformation<Map<String, List<Integer>>> map =
        TypeInformation.of(Map.class, TypeInformation.of(String.class), list);

    assertThat(map).isEqualTo(TypeInformation.of(new TypeHint<Map<String, List<Integer>>>() {}));
    assertThat(TypeInformation.of(List.class, TypeInformation.lateTyped()).schema())
        .isEqualTo(TypeInformation.of(new TypeHint<List<Object>>() {}).schema());
    assertThatThrownBy(() -> TypeInformation.of(Map.class, list))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has 2 type parameters, not 1");
  }
}

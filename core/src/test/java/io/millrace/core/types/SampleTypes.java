package io.millrace.core.types;

import io.millrace.core.types.tuple.Tuple2;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/** One or more values of every kind of type. */
final class SampleTypes {
  /** A type and a value of it. */
  record Sample(TypeInformation<Object> type, Object value) {
    @Override
    public String toString() {
      return type.toString();
    }
  }

  enum Color {
    RED,
    GREEN {
      @Override
      public String toString() {
        return "leafy";
      }
    }
  }

  sealed interface Shape<T> permits Circle, Square, Group, Named {}

  record Circle<T>(double radius, T label) implements Shape<T> {}

  record Square<T>(int side) implements Shape<T> {}

  sealed interface Group<T> extends Shape<T> permits Pair, Many {}

  record Pair<T>(Shape<T> left, Shape<T> right) implements Group<T> {}

  record Many<T>(List<Shape<T>> shapes) implements Group<T> {}

  enum Named implements Shape<Object> {
    POINT,
    LINE {}
  }

  static class Base {
    private int id;

    final int id() {
      return id;
    }
  }

  static final class Pojo extends Base {
    private String name;
    List<Integer> numbers;
    transient String cache = "set by the constructor";
    private Pojo next;

    private Pojo() {}

    Pojo(int id, String name, List<Integer> numbers, Pojo next) {
      super.id = id;
      this.name = name;
      this.numbers = numbers;
      this.next = next;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Pojo pojo
          && pojo.id() == id()
          && Objects.equals(pojo.name, name)
          && Objects.equals(pojo.numbers, numbers)
          && Objects.equals(pojo.next, next);
    }

    @Override
    public int hashCode() {
      return id();
    }
  }

  @SuppressWarnings("EqualsGetClass") // its subclasses add nothing that equals would have to see
  static sealed class Vehicle permits Car, Cart {
    int wheels;
    Vehicle trailer;

    @Override
    public boolean equals(Object other) {
      return other != null
          && other.getClass() == getClass()
          && ((Vehicle) other).wheels == wheels
          && Objects.equals(((Vehicle) other).trailer, trailer);
    }

    @Override
    public int hashCode() {
      return wheels;
    }
  }

  static final class Car extends Vehicle {
    String brand;
  }

  static sealed class Cart extends Vehicle permits Sulky {}

  static final class Sulky extends Cart {}

  interface Animal {}

  record Dog(String name) implements Animal {}

  record Owner(Animal pet, Number age, Object anything, Comparable<?> order) {}

  private SampleTypes() {}

  @SuppressWarnings("JdkObsolete") // users have such lists
  static List<Sample> all() {
    List<Sample> samples = new ArrayList<>();
    for (Object value :
        List.of(
            true,
            (byte) -7,
            (short) -7,
            'x',
            -7,
            Long.MIN_VALUE,
            1.5f,
            Double.NaN,
            "",
            "a\u00e9",
            "\ud83d\ude00 \ud800 \udfff\uFFFD",
            "long ".repeat(100),
            "x".repeat(127),
            "x".repeat(128),
            new BigDecimal("-12.340"),
            BigInteger.TWO.pow(100),
            new UUID(1, -2),
            Instant.MAX,
            Instant.parse("1969-12-31T23:59:59.999999999Z"),
            Duration.ofNanos(-1),
            LocalDate.MIN,
            LocalTime.MAX,
            LocalDateTime.of(2026, 1, 2, 3, 4, 5, 6),
            OffsetDateTime.of(LocalDateTime.MAX, ZoneOffset.ofHours(-18)),
            ZonedDateTime.of(2026, 10, 25, 2, 30, 0, 0, ZoneId.of("Europe/Berlin"))
                .withLaterOffsetAtOverlap(),
            Color.RED,
            new boolean[] {true, false},
            new byte[] {1, -1},
            new char[] {'\uffff'},
            new short[] {-1},
            new int[] {1, 2},
            new long[] {3},
            new float[] {1.5f},
            new double[] {-0.0},
            new String[] {"a", null},
            new int[][] {{1}, null, {}},
            new Pojo(1, "one", Arrays.asList(1, null), new Pojo(2, null, null, null)))) {
      samples.add(new Sample(untyped(TypeInformation.of(value.getClass())), value));
    }
    samples.add(sample(new TypeHint<Color>() {}, Color.GREEN));
    samples.add(sample(new TypeHint<Optional<String>>() {}, Optional.of("x")));
    samples.add(sample(new TypeHint<Optional<String>>() {}, Optional.empty()));
    samples.add(sample(new TypeHint<List<String>>() {}, Arrays.asList("a", null)));
    samples.add(sample(new TypeHint<Collection<Long>>() {}, List.of(1L)));
    samples.add(sample(new TypeHint<LinkedList<Long>>() {}, new LinkedList<>(List.of(1L))));
    samples.add(
        sample(new TypeHint<Set<Integer>>() {}, new LinkedHashSet<>(Arrays.asList(9, null, 3))));
    samples.add(sample(new TypeHint<TreeSet<String>>() {}, new TreeSet<>(Set.of("b", "a"))));
    Map<String, List<Integer>> map = new LinkedHashMap<>();
    map.put("z", List.of(1));
    map.put(null, null);
    map.put("a", List.of());
    samples.add(sample(new TypeHint<Map<String, List<Integer>>>() {}, map));
    samples.add(sample(new TypeHint<HashMap<Long, Long>>() {}, new HashMap<>(Map.of(1L, 2L))));
    samples.add(
        sample(new TypeHint<SortedMap<Long, Long>>() {}, new TreeMap<>(Map.of(1L, 2L, 0L, 1L))));
    samples.add(sample(new TypeHint<Tuple2<String, Long>>() {}, Tuple2.of("a", null)));
    samples.add(
        sample(
            new TypeHint<Shape<String>>() {},
            new Pair<>(new Circle<>(1, "c"), new Many<>(Arrays.asList(new Square<>(2), null)))));
    samples.add(sample(new TypeHint<Shape<Object>>() {}, Named.LINE));
    Car car = new Car();
    car.wheels = 4;
    car.trailer = new Cart();
    car.trailer.trailer = new Sulky();
    car.trailer.trailer.trailer = new Vehicle();
    samples.add(sample(new TypeHint<Vehicle>() {}, car));
    samples.add(
        sample(
            new TypeHint<Owner>() {},
            new Owner(new Dog("Rex"), 3.5, new ArrayList<>(List.of(1, "x")), "o")));
    samples.add(sample(new TypeHint<List<Owner>[]>() {}, new List<?>[] {List.of(), null}));
    for (Object value :
        List.of(
            1,
            2L,
            "x",
            Color.GREEN,
            List.of(1, "y"),
            Map.of("k", new Dog("d")),
            new Dog("e"),
            Set.of(1),
            new TreeMap<>(Map.of(1, 2)),
            Arrays.asList(1, null),
            Optional.of("z"),
            new Object[] {1, "a"},
            new String[] {"b"},
            Tuple2.of(1, "x"))) {
      samples.add(new Sample(TypeInformation.lateTyped(), value));
    }
    return samples;
  }

  static Deque<Integer> deque(Integer... elements) {
    return new ArrayDeque<>(List.of(elements));
  }

  private static <T> Sample sample(TypeHint<T> hint, Object value) {
    return new Sample(untyped(TypeInformation.of(hint)), value);
  }

  @SuppressWarnings("unchecked")
  private static TypeInformation<Object> untyped(TypeInformation<?> type) {
    return (TypeInformation<Object>) type;
  }
}

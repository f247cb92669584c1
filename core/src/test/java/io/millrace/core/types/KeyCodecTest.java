package io.millrace.core.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.types.tuple.Tuple2;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Keys, their one encoding, and hashes that no build and no JVM may change (KG1). */
class KeyCodecTest {
  private enum Color {
    RED,
    GREEN {}
  }

  private record User(String country, long id) {}

  private record Wrapped(int id) {}

  private record Flag(boolean on) {}

  private record Nested(User user, Color color, Optional<String> note) {}

  private sealed interface Id permits Number, Name {}

  @SuppressWarnings("JavaLangClash") // the name is part of the hash
  private record Number(long value) implements Id {}

  private record Name(String value) implements Id {}

  private record Price(String item, double amount) {}

  private record Basket(List<Price> prices) {}

  private record Caseless(String name) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Caseless c && c.name.equalsIgnoreCase(name);
    }

    @Override
    public int hashCode() {
      return 1;
    }
  }

  private record FinalCaseless(String name) {
    @Override
    public final boolean equals(Object other) {
      return other instanceof FinalCaseless c && c.name.equalsIgnoreCase(name);
    }

    @Override
    public final int hashCode() {
      return 1;
    }
  }

  private record Chain(Optional<Chain> next) {}

  static final class Mutable {
    int id;
  }

  static List<Arguments> hashes() {
    return List.of(
        Arguments.of(of(Long.class), 42L, HASH_LONG),
        Arguments.of(of(Integer.class), 42, HASH_LONG),
        Arguments.of(of(Short.class), (short) 42, HASH_LONG),
        Arguments.of(of(Byte.class), (byte) 42, HASH_LONG),
        Arguments.of(of(Character.class), '*', HASH_LONG),
        Arguments.of(of(Wrapped.class), new Wrapped(42), HASH_LONG),
        Arguments.of(of(Boolean.class), true, KeyHash.ofLong(1)),
        Arguments.of(of(Flag.class), new Flag(true), KeyHash.ofLong(1)),
        Arguments.of(of(String.class), "millrace", -1375089720),
        Arguments.of(of(String.class), "", 0),
        Arguments.of(of(Color.class), Color.GREEN, 1588001313),
        Arguments.of(of(User.class), new User("de", 7), -37029995),
        Arguments.of(of(User.class), new User(null, 7), 337302740),
        Arguments.of(
            of(Nested.class),
            new Nested(new User("de", 7), Color.RED, Optional.empty()),
            1298233013),
        Arguments.of(of(Id.class), new Number(7), -956468561),
        Arguments.of(of(Id.class), new Name("7"), 1086459418),
        Arguments.of(of(UUID.class), new UUID(1, 2), 1699564463),
        Arguments.of(of(Instant.class), Instant.EPOCH, -5285323),
        Arguments.of(of(BigDecimal.class), new BigDecimal("1.50"), -1021262802),
        Arguments.of(of(byte[].class), new byte[] {1, 2, 3}, 1318658574),
        Arguments.of(of(int[].class), new int[] {1, 2, 3}, 2013642750),
        Arguments.of(of(String[].class), new String[] {"a", null}, 1762356448),
        Arguments.of(codec(new TypeHint<List<String>>() {}), Arrays.asList("a", null), 1762356448),
        Arguments.of(codec(new TypeHint<Optional<String>>() {}), Optional.of("a"), -1018203919),
        Arguments.of(
            codec(new TypeHint<Tuple2<String, Long>>() {}), Tuple2.of("de", 7L), -315629225),
        Arguments.of(late(), 42, HASH_LONG),
        Arguments.of(late(), "millrace", -1375089720),
        Arguments.of(late(), new User("de", 7), -37029995));
  }

  private static final int HASH_LONG = -582_030_878;

  private static KeyCodec<Object> of(Class<?> type) {
    return untyped(TypeInformation.of(type).keyCodec());
  }

  private static KeyCodec<Object> codec(TypeHint<?> type) {
    return untyped(TypeInformation.of(type).keyCodec());
  }

  private static KeyCodec<Object> late() {
    return TypeInformation.lateTyped().keyCodec();
  }

  @SuppressWarnings("unchecked")
  private static KeyCodec<Object> untyped(KeyCodec<?> codec) {
    return (KeyCodec<Object>) codec;
  }

  @ParameterizedTest
  @MethodSource("hashes")
  void hashesNeverChange(KeyCodec<Object> codec, Object key, int hash) {
    assertThat(codec.hash(key)).isEqualTo(hash);
  }

  @ParameterizedTest
  @MethodSource("hashes")
  void keysComeBackAsTheSameKey(KeyCodec<Object> codec, Object key, int hash) {
    Object read = RoundTrip.key(codec, key);
    assertThat(codec.sameKey(key, read)).isTrue();
    assertThat(codec.hash(read)).isEqualTo(hash);
    if (codec.isLong()) {
      assertThat(codec.sameKey(codec.fromLong(codec.toLong(key)), key)).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("hashes")
  void corruptKeysAreSaidToBe(KeyCodec<Object> codec, Object key, int hash) {
    Random random = new Random(hash);
    BinaryWriter out = new BinaryWriter();
    codec.encode(key, out);
    for (int i = 0; i < 300; i++) {
      byte[] bytes = Arrays.copyOf(out.array(), random.nextInt(out.size() + 1));
      if (bytes.length > 0) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      try {
        assertThat(codec.decode(RoundTrip.reader(bytes))).isNotNull();
      } catch (CorruptDataException expected) {
        assertThat(expected.getMessage()).isNotBlank();
      }
    }
  }

  @Test
  void differentKeysAreDifferentAndHashApart() {
    KeyCodec<User> codec = TypeInformation.of(User.class).keyCodec();
    Set<Integer> hashes = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      User user = new User("c" + i % 10, i / 10);
      hashes.add(codec.hash(user));
      assertThat(codec.sameKey(user, new User("c" + i % 10, i / 10))).isTrue();
      assertThat(codec.sameKey(user, new User("c" + i % 10, i / 10 + 1))).isFalse();
      assertThat(codec.sameKey(user, new User(null, i / 10))).isFalse();
    }
    assertThat(hashes).hasSizeGreaterThan(9_990);
  }

  @Test
  void keyGroupsFillEvenly() {
    Map<Integer, Integer> groups = new HashMap<>();
    KeyCodec<String> codec = TypeInformation.of(String.class).keyCodec();
    for (int i = 0; i < 128_000; i++) {
      groups.merge(codec.hash("user-" + i) & 127, 1, Integer::sum);
    }
    assertThat(groups).hasSize(128);
    assertThat(groups.values()).allSatisfy(n -> assertThat(n).isBetween(800, 1200));
  }

  @Test
  void lateKeysOfDifferentClassesDiffer() {
    assertThat(late().sameKey(42, 42L)).isFalse();
    assertThat(late().hash(42)).isEqualTo(late().hash(42L));
    assertThat(RoundTrip.key(late(), 42)).isEqualTo(42);
    assertThat(RoundTrip.key(late(), List.of("a", 1))).isEqualTo(List.of("a", 1));
  }

  @Test
  void lateKeysAreEncodedAlikeWhateverWasWrittenBefore() {
    BinaryWriter out = new BinaryWriter();
    late().encode(new Wrapped(1), out);
    int first = out.size();
    late().encode(new Wrapped(1), out);
    assertThat(Arrays.copyOfRange(out.array(), first, out.size()))
        .isEqualTo(Arrays.copyOf(out.array(), first));
  }

  @Test
  void stringsWithLoneSurrogatesStayApart() {
    BinaryWriter one = new BinaryWriter();
    BinaryWriter other = new BinaryWriter();
    KeyCodec<String> codec = TypeInformation.of(String.class).keyCodec();
    codec.encode("\ud800", one);
    codec.encode("\ud801", other);
    assertThat(one.toByteArray()).isNotEqualTo(other.toByteArray());
  }

  static List<Arguments> refusals() {
    return List.of(
        Arguments.of(TypeInformation.of(Double.class), "java.lang.Double", "round to a long"),
        Arguments.of(TypeInformation.of(float[].class), "float[]", "round to a long"),
        Arguments.of(TypeInformation.of(Price.class), "Price.amount of type double", "round"),
        Arguments.of(
            TypeInformation.of(Basket.class), "Basket.prices[].amount of type double", "round"),
        Arguments.of(TypeInformation.of(Caseless.class), "Caseless", "overrides equals"),
        Arguments.of(TypeInformation.of(FinalCaseless.class), "Caseless", "overrides equals"),
        Arguments.of(TypeInformation.of(Mutable.class), "Mutable", "make it a record"),
        Arguments.of(TypeInformation.of(Chain.class), "Chain.next[]", "contains itself"),
        Arguments.of(
            TypeInformation.of(new TypeHint<Set<String>>() {}), "java.util.Set", "sorted List"),
        Arguments.of(
            TypeInformation.of(new TypeHint<Map<String, Long>>() {}), "java.util.Map", "List"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void whatCannotBeAKeyIsRefusedWithTheRemedy(TypeInformation<?> type, String what, String why) {
    assertThatThrownBy(type::keyCodec)
        .isInstanceOf(UnsupportedTypeException.class)
        .hasMessageContaining(what)
        .hasMessageContaining("can't be a key")
        .hasMessageContaining(why)
        .hasMessageContaining("Remedy: ");
  }

  @Test
  void aLateKeyThatCannotBeOneIsRefusedAtTheFirstValue() {
    assertThatThrownBy(() -> late().hash(1.5)).hasMessageContaining("can't be a key");
  }
}

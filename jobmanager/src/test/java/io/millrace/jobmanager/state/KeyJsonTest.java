package io.millrace.jobmanager.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.schema.WrittenType;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A key that was shown as JSON is found by it again. */
class KeyJsonTest {
  enum Color {
    RED,
    GREEN
  }

  record Small(int number, String text) {}

  record All(
      long a,
      Integer b,
      short c,
      byte d,
      char e,
      boolean f,
      Color g,
      Optional<String> h,
      List<Small> i,
      Small j,
      String k) {}

  sealed interface Shape {}

  record Circle(long radius) implements Shape {}

  record Point() implements Shape {}

  private static <K> void survives(Class<K> type, K key) {
    survives(TypeInformation.of(type), key);
  }

  private static <K> void survives(TypeInformation<K> type, K key) {
    KeyCodec<K> codec = type.keyCodec();
    BinaryWriter out = new BinaryWriter();
    codec.encode(key, out);
    BinaryReader in = new BinaryReader(out.toByteArray(), KeyJsonTest.class.getClassLoader());
    String shown = ValueJson.of(WrittenType.ofKey(type.schema()).read(in)).toString();
    assertThat(KeyJson.encode(shown, type.schema())).as(shown).isEqualTo(out.toByteArray());
  }

  @Test
  void keysOfAllTypesSurvive() {
    survives(Long.class, Long.MIN_VALUE);
    survives(Integer.class, 7);
    survives(Byte.class, (byte) -3);
    survives(Character.class, 'x');
    survives(Boolean.class, true);
    survives(String.class, "a \"quoted\" text");
    survives(String.class, "42");
    survives(Color.class, Color.GREEN);
    survives(BigInteger.class, BigInteger.ONE.shiftLeft(90));
    survives(UUID.class, new UUID(1, 2));
    survives(Instant.class, Instant.ofEpochSecond(3, 4));
    survives(LocalDate.class, LocalDate.of(2026, 1, 2));
    survives(byte[].class, new byte[] {1, 2, -3});
    survives(Shape.class, new Circle(4));
    survives(Shape.class, new Point());
    survives(
        All.class,
        new All(
            1L,
            null,
            (short) 2,
            (byte) 3,
            'c',
            false,
            Color.RED,
            Optional.of("h"),
            List.of(new Small(4, "i")),
            new Small(5, null),
            ""));
  }

  @Test
  void textMayGoWithoutItsQuotes() {
    assertThat(KeyJson.encode("anna", TypeInformation.of(String.class).schema()))
        .isEqualTo(KeyJson.encode("\"anna\"", TypeInformation.of(String.class).schema()));
    assertThat(KeyJson.encode("42", TypeInformation.of(String.class).schema()))
        .isEqualTo(KeyJson.encode("\"42\"", TypeInformation.of(String.class).schema()));
    assertThat(KeyJson.encode("RED", TypeInformation.of(Color.class).schema()))
        .isEqualTo(KeyJson.encode("\"RED\"", TypeInformation.of(Color.class).schema()));
  }

  @Test
  void whatIsNoSuchKeySaysWhatOneIs() {
    assertRefused("\"a\"", Long.class, "it is an integer");
    assertRefused("1.5", Long.class, "it is an integer");
    assertRefused("3000000000", Integer.class, "it is out of range");
    assertRefused("BLUE", Color.class, "it is one of [RED, GREEN]");
    assertRefused("{\"number\":1}", Small.class, "it is an object with the fields [number, text]");
    assertRefused("[1", Small.class, "it is an object with the fields");
    assertRefused("{\"@type\":\"x\"}", Shape.class, "whose @type is one of");
    assertRefused("today", LocalDate.class, "could not be parsed");
  }

  private static void assertRefused(String text, Class<?> type, String message) {
    assertThatThrownBy(() -> KeyJson.encode(text, TypeInformation.of(type).schema()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("The key " + text + " is no ")
        .hasMessageContaining(message);
  }
}

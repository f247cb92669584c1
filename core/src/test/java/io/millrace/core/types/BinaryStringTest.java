package io.millrace.core.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BinaryStringTest {
  @Test
  void stringsOfEveryLengthAndAlphabetComeBack() {
    Random random = new Random(1);
    int[] alphabets = {0x7f, 0x80, 0xff, 0x100, 0x7ff, 0x800, 0xd7ff, 0xffff, 0x10ffff};
    for (int length = 0; length < 300; length++) {
      for (int last : alphabets) {
        StringBuilder builder = new StringBuilder();
        for (int i = 0; i < length; i++) {
          builder.appendCodePoint(random.nextInt(4) == 0 ? random.nextInt(last + 1) : 'a' + i % 26);
        }
        String value = builder.toString();
        BinaryWriter out = new BinaryWriter(0);
        out.writeString(value);
        out.writeNullableString(value);
        out.writeNullableString(null);
        BinaryReader in = RoundTrip.reader(out.toByteArray());
        assertThat(in.readString()).isEqualTo(value);
        assertThat(in.readNullableString()).isEqualTo(value);
        assertThat(in.readNullableString()).isNull();
        assertThat(in.remaining()).isZero();
      }
    }
  }

  @Test
  void whatUtf8CanSayIsUtf8() {
    for (String value : new String[] {"plain", "caf\u00e9 ".repeat(20), "\u20ac", "\ud83d\ude00"}) {
      BinaryWriter out = new BinaryWriter();
      out.writeString(value);
      byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
      assertThat(out.toByteArray()).endsWith(utf8).hasSize(utf8.length + 1);
    }
  }

  @Test
  void aLengthBeyondTheEndIsCorrupt() {
    for (byte[] bytes : new byte[][] {{5, 'a'}, {-1, -1, -1, -1, 7}, {-1, -1, -1, -1, -1, 1}, {}}) {
      assertThatThrownBy(() -> RoundTrip.reader(bytes).readString())
          .isInstanceOf(CorruptDataException.class);
      assertThatThrownBy(() -> RoundTrip.reader(bytes).readNullableString())
          .isInstanceOf(CorruptDataException.class);
    }
  }
}

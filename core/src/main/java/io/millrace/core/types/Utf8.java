package io.millrace.core.types;

import java.nio.charset.StandardCharsets;

/**
 * UTF-8 that is a bijection on Java strings: a surrogate without its partner is three bytes, as if
 * it were a character (WTF-8). Thread-safe.
 */
final class Utf8 {
  private Utf8() {}

  static long length(String value) {
    long total = value.length();
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c >= 0x80) {
        total += c < 0x800 ? 1 : 2;
        if (isPair(value, i)) {
          i++; // four bytes for two chars: the two added to the first are all
        }
      }
    }
    return total;
  }

  static void encode(String value, byte[] target, int offset) {
    int at = offset;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < 0x80) {
        target[at++] = (byte) c;
      } else if (c < 0x800) {
        target[at++] = (byte) (0xc0 | c >> 6);
        target[at++] = (byte) (0x80 | c & 0x3f);
      } else if (isPair(value, i)) {
        int codePoint = Character.toCodePoint(c, value.charAt(++i));
        target[at++] = (byte) (0xf0 | codePoint >> 18);
        target[at++] = (byte) (0x80 | codePoint >> 12 & 0x3f);
        target[at++] = (byte) (0x80 | codePoint >> 6 & 0x3f);
        target[at++] = (byte) (0x80 | codePoint & 0x3f);
      } else {
        target[at++] = (byte) (0xe0 | c >> 12);
        target[at++] = (byte) (0x80 | c >> 6 & 0x3f);
        target[at++] = (byte) (0x80 | c & 0x3f);
      }
    }
  }

  static String decode(byte[] bytes, int offset, int length) {
    String decoded = new String(bytes, offset, length, StandardCharsets.UTF_8);
    // Only what Java's decoder can't read comes out with a replacement character (or had one).
    return decoded.indexOf('\uFFFD') < 0 ? decoded : decodeSurrogates(bytes, offset, length);
  }

  private static String decodeSurrogates(byte[] bytes, int offset, int length) {
    StringBuilder result = new StringBuilder(length);
    int end = offset + length;
    for (int i = offset; i < end; ) {
      int b = bytes[i] & 0xff;
      int more = b < 0x80 ? 0 : b >> 5 == 6 ? 1 : b >> 4 == 14 ? 2 : b >> 3 == 30 ? 3 : -1;
      if (more < 0 || i + more >= end) {
        throw new CorruptDataException("Bytes that are no UTF-8 in a string");
      }
      int codePoint = more == 0 ? b : b & 0x3f >> more;
      for (int k = 1; k <= more; k++) {
        int next = bytes[i + k];
        if ((next & 0xc0) != 0x80) {
          throw new CorruptDataException("Bytes that are no UTF-8 in a string");
        }
        codePoint = codePoint << 6 | next & 0x3f;
      }
      if (codePoint > Character.MAX_CODE_POINT) {
        throw new CorruptDataException("Bytes that are no UTF-8 in a string");
      }
      result.appendCodePoint(codePoint);
      i += more + 1;
    }
    return result.toString();
  }

  private static boolean isPair(String value, int i) {
    return Character.isHighSurrogate(value.charAt(i))
        && i + 1 < value.length()
        && Character.isLowSurrogate(value.charAt(i + 1));
  }
}

package io.millrace.core.types;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RowLayoutTest {
  private enum Color {
    RED,
    GREEN
  }

  private record Inner(String text, int number) {}

  private record Mixed(
      byte b,
      String text,
      short s,
      char c,
      Instant time,
      int i,
      long l,
      Color color,
      float f,
      double d,
      boolean z,
      Long boxed,
      Inner inner,
      BigDecimal decimal) {}

  private record Flat(long a, int b) {}

  private record Words(String left, String right) {}

  private record WithList(long id, List<String> names) {}

  private record WithArray(long id, byte[] bytes) {}

  @SuppressWarnings("unchecked")
  private static <T> RowLayout<T> layout(Class<T> type) {
    return (RowLayout<T>) TypeInformation.of(type).rowLayout().orElseThrow();
  }

  private static Mixed mixed(Random random) {
    boolean absent = random.nextInt(4) == 0;
    return new Mixed(
        (byte) random.nextInt(),
        absent ? null : "t" + random.nextInt(),
        (short) random.nextInt(),
        (char) random.nextInt(),
        absent ? null : Instant.ofEpochMilli(random.nextInt()),
        random.nextInt(),
        random.nextLong(),
        Color.values()[random.nextInt(2)],
        random.nextFloat(),
        random.nextDouble(),
        random.nextBoolean(),
        absent ? null : random.nextLong(),
        new Inner("i" + random.nextInt(), random.nextInt()),
        BigDecimal.valueOf(random.nextLong(), 2));
  }

  @Test
  void valuesComeBackFromAnyPlaceAndDisturbNoOthers() {
    RowLayout<Mixed> layout = layout(Mixed.class);
    assertThat(layout.words()).isEqualTo(8);
    assertThat(layout.references()).isEqualTo(6);
    Random random = new Random(1);
    int values = 50;
    long[] words = new long[values * layout.words()];
    Object[] references = new Object[values * layout.references()];
    Mixed[] model = new Mixed[values];
    for (int i = 0; i < 1_000; i++) {
      int at = random.nextInt(values);
      model[at] = mixed(random);
      layout.store(model[at], words, at * layout.words(), references, at * layout.references());
      for (int each = 0; each < values; each++) {
        if (model[each] != null) {
          assertThat(
                  layout.load(words, each * layout.words(), references, each * layout.references()))
              .isEqualTo(model[each]);
        }
      }
    }
  }

  @Test
  void flatTypesAreRowsOfWordsAlone() {
    RowLayout<Flat> layout = layout(Flat.class);
    assertThat(layout).isInstanceOf(FlatLayout.class);
    assertThat(layout.references()).isZero();
    long[] words = new long[5];
    layout.store(new Flat(-7, 9), words, 3, new Object[0], 0);
    assertThat(layout.load(words, 3, new Object[0], 0)).isEqualTo(new Flat(-7, 9));
    assertThat(TypeInformation.of(Long.class).rowLayout()).isPresent();
  }

  @Test
  void aRecordOfReferencesHasNoWords() {
    assertThat(layout(Words.class).words()).isZero();
    assertThat(layout(Words.class).references()).isEqualTo(2);
  }

  @Test
  void whatMayChangeIsNotTakenApart() {
    assertThat(TypeInformation.of(WithList.class).rowLayout()).isEqualTo(Optional.empty());
    assertThat(TypeInformation.of(WithArray.class).rowLayout()).isEqualTo(Optional.empty());
    assertThat(TypeInformation.of(String.class).rowLayout()).isEqualTo(Optional.empty());
    assertThat(TypeInformation.lateTyped().rowLayout()).isEqualTo(Optional.empty());
  }
}

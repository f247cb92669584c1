package io.millrace.core.types;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FreshBoxesTest {
  @ParameterizedTest
  @ValueSource(longs = {0, 1, -128, 127, 128, -129, Long.MIN_VALUE, Long.MAX_VALUE})
  void aBoxIsEqualAndNeverTheCachedOne(long value) {
    Long cached = value;
    assertThat(FreshBoxes.of(cached)).isEqualTo(cached).isNotSameAs(cached);
    Integer small = (int) value;
    assertThat(FreshBoxes.of(small)).isEqualTo(small).isNotSameAs(small);
    assertThat(FreshBoxes.of(value)).isEqualTo(value);
    assertThat(FreshBoxes.of((int) value)).isEqualTo((int) value);
  }

  @Test
  void othersStayWhatTheyAre() {
    for (Object value : List.of("text", 1.5, 'c', (short) 3, true, List.of(1L))) {
      assertThat(FreshBoxes.of(value)).isSameAs(value);
    }
    assertThat(FreshBoxes.<Object>of((Object) null)).isNull();
  }
}

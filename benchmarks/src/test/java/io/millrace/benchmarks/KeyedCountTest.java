package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.state.StateBackend;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KeyedCountTest {
  /** The checksum is that of a plain loop over the same generator. */
  @ParameterizedTest
  @EnumSource(StateBackend.class)
  void givesTheResultOfAPlainLoop(StateBackend backend) throws Exception {
    int records = 200_000;
    int keys = 1_000;
    long[] sums = new long[keys];
    long expected = 0;
    for (long i = 0; i < records; i++) {
      KeyedValue record = Generators.keyedValue(i, keys);
      sums[(int) record.key()] += record.value();
      expected += Generators.hash(record.key(), sums[(int) record.key()]);
    }
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      KeyedCount.main(
          new String[] {
            Integer.toString(records), Integer.toString(keys), "2", "1", backend.toString()
          });
    } finally {
      System.setOut(before);
    }
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains(String.format("\"checksum\":\"%016x\"", expected));
  }
}

package io.millrace.benchmarks.micro;

import io.millrace.benchmarks.workload.Bid;
import io.millrace.benchmarks.workload.KeyedValue;
import io.millrace.benchmarks.workload.WordCount;
import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.TypeSerializer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Writes and reads records of the workloads. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SerializerBenchmark {
  /** Two longs, four longs, a string of seven letters and a long. */
  @Param({"KeyedValue", "Bid", "WordCount"})
  public String type;

  /** Whether the record's class is known only as it comes. */
  @Param({"false", "true"})
  public boolean lateTyped;

  private TypeSerializer<Object> serializer;
  private Object record;
  private byte[] written;
  private final BinaryWriter out = new BinaryWriter(256);

  /** Makes the record and its serializer. */
  @Setup
  public void make() {
    record =
        switch (type) {
          case "KeyedValue" -> new KeyedValue(123_456, 78);
          case "Bid" -> new Bid(1_000, 2_000, 3_000, 1_700_000_000_000L);
          default -> new WordCount("flowing", 42);
        };
    serializer =
        lateTyped ? TypeInformation.lateTyped().serializer() : serializerOf(record.getClass());
    serializer.write(record, out);
    written = out.toByteArray();
  }

  @SuppressWarnings("unchecked") // it is given records of the class only
  private static TypeSerializer<Object> serializerOf(Class<?> type) {
    return (TypeSerializer<Object>) TypeInformation.of(type).serializer();
  }

  /** Writes the record. */
  @Benchmark
  public int write() {
    out.reset();
    serializer.write(record, out);
    return out.size();
  }

  /** Reads it; makes a reader each time, which escape analysis should remove. */
  @Benchmark
  public Object read() {
    return serializer.read(new BinaryReader(written, SerializerBenchmark.class.getClassLoader()));
  }
}

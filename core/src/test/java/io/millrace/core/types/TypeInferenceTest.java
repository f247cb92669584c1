package io.millrace.core.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.function.AggregateFunction;
import io.millrace.core.function.Collector;
import io.millrace.core.function.FlatMapFunction;
import io.millrace.core.function.KeySelector;
import io.millrace.core.function.KeyedProcessFunction;
import io.millrace.core.function.MapFunction;
import io.millrace.core.function.ProcessFunction;
import io.millrace.core.function.ProcessWindowFunction;
import io.millrace.core.function.RichMapFunction;
import io.millrace.core.function.WindowFunction;
import io.millrace.core.window.TimeWindow;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TypeInferenceTest {
  record Bid(long auction, String bidder) {
    static List<String> words(String line) {
      return List.of(line.split(" "));
    }

    static void split(String line, Collector<Integer> out) {
      out.collect(line.length());
    }

    static <T> List<T> listOf(T value) {
      return List.of(value);
    }

    Optional<Long> maybe() {
      return Optional.of(auction);
    }
  }

  record Box<T>(T value) {}

  static class Lists<A> extends RichMapFunction<A, List<A>> {
    private static final long serialVersionUID = 1L;

    @Override
    public List<A> map(A value) {
      return List.of(value);
    }
  }

  static final class StringLists extends Lists<String> {
    private static final long serialVersionUID = 1L;
  }

  static <I, O> MapFunction<I, O> generic(O result) {
    return value -> result;
  }

  static Stream<Arguments> maps() {
    return Stream.of(
        row("lambda of a record", (MapFunction<String, Bid>) v -> new Bid(1, v), "Bid"),
        row("lambda of a primitive", (MapFunction<String, Long>) v -> 1L, "java.lang.Long"),
        row("lambda of a string", (MapFunction<Bid, String>) v -> v.bidder(), "java.lang.String"),
        row("identity", (MapFunction<Bid, Bid>) v -> v, "Bid"),
        row("accessor", (MapFunction<Bid, String>) Bid::bidder, "java.lang.String"),
        row("primitive accessor", (MapFunction<Bid, Long>) Bid::auction, "java.lang.Long"),
        row("boxing", (MapFunction<String, Integer>) String::length, "java.lang.Integer"),
        row(
            "method reference with a generic result",
            (MapFunction<String, List<String>>) Bid::words,
            "java.util.List<java.lang.String>"),
        row(
            "accessor with a generic result",
            (MapFunction<Bid, Optional<Long>>) Bid::maybe,
            "java.util.Optional<java.lang.Long>"),
        row("generic method", (MapFunction<String, List<String>>) Bid::listOf, "late-typed"),
        row("constructor", (MapFunction<String, StringBuilderLike>) StringBuilderLike::new, "Like"),
        row(
            "generic constructor",
            (MapFunction<String, Box<String>>) Box::new,
            "Box<java.lang.Object>"),
        row("array", (MapFunction<String, byte[]>) v -> new byte[0], "byte[]"),
        row("array constructor", (MapFunction<Integer, Bid[]>) Bid[]::new, "Bid[]"),
        row("own return type", (MapFunction<String, Object>) String::trim, "java.lang.String"),
        row("erased list", (MapFunction<Bid, List<String>>) v -> List.of(), "late-typed"),
        row("erased map", (MapFunction<Bid, Map<String, Bid>>) v -> Map.of(), "late-typed"),
        row("erased optional", (MapFunction<Bid, Optional<Bid>>) Optional::of, "late-typed"),
        row("object", (MapFunction<Bid, Object>) v -> v, "late-typed"),
        row("interface", (MapFunction<Bid, Comparable<?>>) v -> 1, "late-typed"),
        row("lambda of a generic method", generic("x"), "late-typed"),
        row("generic record", (MapFunction<Bid, Box<Bid>>) v -> new Box<>(v), "Box<java.lang.Obj"),
        row("class", new StringLists(), "java.util.List<java.lang.String>"),
        row("generic class", new Lists<Bid>(), "java.util.List<java.lang.Object>"),
        row("anonymous class", new Lists<Bid>() {}, "java.util.List<"));
  }

  record StringBuilderLike(String text) {}

  private static Arguments row(String name, MapFunction<?, ?> function, String type) {
    return Arguments.of(name, function, type);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("maps")
  void outputsOfMaps(String name, MapFunction<?, ?> function, String type) {
    assertThat(TypeInference.outputOf(function).toString()).contains(type);
  }

  @Test
  void outputsOfFlatMaps() {
    FlatMapFunction<String, Integer> lambda = (line, out) -> out.collect(line.length());
    FlatMapFunction<String, Integer> reference = Bid::split;
    FlatMapFunction<String, Integer> anonymous =
        new FlatMapFunction<>() {
          private static final long serialVersionUID = 1L;

          @Override
          public void flatMap(String line, Collector<Integer> out) {}
        };
    assertThat(TypeInference.outputOf(lambda).isLateTyped()).isTrue();
    assertThat(TypeInference.outputOf(reference)).hasToString("java.lang.Integer");
    assertThat(TypeInference.outputOf(anonymous)).hasToString("java.lang.Integer");
  }

  @Test
  void keys() {
    KeySelector<Bid, Long> primitive = Bid::auction;
    KeySelector<Bid, String> string = bid -> bid.bidder();
    assertThat(TypeInference.keyOf(primitive)).isEqualTo(TypeInformation.of(Long.class));
    assertThat(TypeInference.keyOf(string)).isEqualTo(TypeInformation.of(String.class));
  }

  @Test
  void accumulatorsAndResults() {
    AggregateFunction<Bid, Box<Long>, Integer> count =
        new AggregateFunction<>() {
          private static final long serialVersionUID = 1L;

          @Override
          public Box<Long> createAccumulator() {
            return new Box<>(0L);
          }

          @Override
          public Box<Long> add(Bid value, Box<Long> accumulator) {
            return new Box<>(accumulator.value() + 1);
          }

          @Override
          public Integer getResult(Box<Long> accumulator) {
            return accumulator.value().intValue();
          }

          @Override
          public Box<Long> merge(Box<Long> left, Box<Long> right) {
            return new Box<>(left.value() + right.value());
          }
        };
    assertThat(TypeInference.accumulatorOf(count).toString()).endsWith("Box<java.lang.Long>");
    assertThat(TypeInference.outputOf(count)).hasToString("java.lang.Integer");
  }

  @Test
  void outputsOfProcessAndWindowFunctions() {
    assertThat(
            TypeInference.outputOf(
                new ProcessFunction<Bid, String>() {
                  private static final long serialVersionUID = 1L;

                  @Override
                  public void processElement(
                      Bid value, ProcessFunction.Context ctx, Collector<String> out) {}
                }))
        .hasToString("java.lang.String");
    assertThat(
            TypeInference.outputOf(
                new KeyedProcessFunction<Long, Bid, Bid>() {
                  private static final long serialVersionUID = 1L;

                  @Override
                  public void processElement(
                      Bid value, KeyedProcessFunction.Context<Long> ctx, Collector<Bid> out) {}
                }))
        .isEqualTo(TypeInformation.of(Bid.class));
    assertThat(
            TypeInference.outputOf(
                new ProcessWindowFunction<Bid, Bid, Long, TimeWindow>() {
                  private static final long serialVersionUID = 1L;

                  @Override
                  public void process(
                      Long key,
                      ProcessWindowFunction.Context<TimeWindow> context,
                      Iterable<Bid> elements,
                      Collector<Bid> out) {}
                }))
        .isEqualTo(TypeInformation.of(Bid.class));
    WindowFunction<Bid, Bid, Long, TimeWindow> lambda = (key, window, bids, out) -> {};
    assertThat(TypeInference.outputOf(lambda).isLateTyped()).isTrue();
  }

  @Test
  void aKnownTypeThatCannotBeSerialisedIsRefused() {
    MapFunction<String, Thread> threads = name -> null;
    assertThatThrownBy(() -> TypeInference.outputOf(threads))
        .isInstanceOf(UnsupportedTypeException.class)
        .hasMessageContaining("java.lang.Thread")
        .hasMessageContaining("Remedy");
  }
}

package io.millrace.api.datastream;

import io.millrace.core.function.KeySelector;
import io.millrace.core.function.Partitioner;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.graph.LogicalInput;
import io.millrace.runtime.graph.Partitioning;
import io.millrace.runtime.operators.EdgeSpec;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * Where a stream's records come from and how they are spread over its consumers.
 *
 * @param source the operator that emits them
 * @param tag id of its side output, empty for its main one
 * @param sideType type of the side output; empty for the main one
 * @param partitioning empty: as it fits
 */
record Origin<T>(
    Transformation<?> source,
    String tag,
    Optional<TypeInformation<T>> sideType,
    Optional<Partitioning> partitioning,
    Optional<Keying<T, ?>> keying) {

  /** How the key of a record is found, on hash and custom edges. */
  record Keying<T, K>(
      KeySelector<T, K> selector, TypeInformation<K> type, Optional<Partitioner<K>> partitioner) {
    EdgeSpec<T, K> spec(TypeInformation<T> records) {
      return new EdgeSpec<>(records, selector, type, partitioner.orElse(null));
    }
  }

  static <T> Origin<T> main(Transformation<T> source) {
    return new Origin<>(source, "", Optional.empty(), Optional.empty(), Optional.empty());
  }

  static <T> Origin<T> side(Transformation<?> source, String tag, TypeInformation<T> type) {
    return new Origin<>(source, tag, Optional.of(type), Optional.empty(), Optional.empty());
  }

  Origin<T> with(Partitioning wanted) {
    return new Origin<>(source, tag, sideType, Optional.of(wanted), Optional.empty());
  }

  Origin<T> with(Partitioning wanted, Keying<T, ?> by) {
    return new Origin<>(source, tag, sideType, Optional.of(wanted), Optional.of(by));
  }

  @SuppressWarnings("unchecked")
  TypeInformation<T> type() {
    // A main output's type may still change, by returns(...), until the graph is made.
    return sideType.orElseGet(() -> (TypeInformation<T>) source.type());
  }

  LogicalInput toInput(ToIntFunction<Transformation<?>> ids, int index) {
    TypeInformation<T> type = type();
    EdgeSpec<?, ?> spec = keying.isPresent() ? keying.get().spec(type) : EdgeSpec.plain(type);
    return new LogicalInput(ids.applyAsInt(source), tag, index, partitioning, spec);
  }
}

package io.millrace.core.state;

import io.millrace.core.types.TypeInformation;
import java.util.Objects;

/** Describes a {@link MapState} or a {@link BroadcastState}. */
public final class MapStateDescriptor<K, V> extends StateDescriptor<V> {
  private static final long serialVersionUID = 1L;

  private final TypeInformation<K> keyType;

  public MapStateDescriptor(String name, Class<K> keyType, Class<V> valueType) {
    this(name, TypeInformation.of(keyType), TypeInformation.of(valueType));
  }

  public MapStateDescriptor(String name, TypeInformation<K> keyType, TypeInformation<V> valueType) {
    super(name, valueType);
    this.keyType = Objects.requireNonNull(keyType, "keyType");
  }

  public TypeInformation<K> keyType() {
    return keyType;
  }
}

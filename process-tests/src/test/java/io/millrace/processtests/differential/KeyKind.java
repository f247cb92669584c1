package io.millrace.processtests.differential;

import io.millrace.core.types.TypeInformation;

/** Kinds of keys. */
enum KeyKind {
  /** Zero and negative ones among them. */
  LONG(TypeInformation.of(Long.class)) {
    @Override
    Object of(long number) {
      return number - 2;
    }
  },
  INTEGER(TypeInformation.of(Integer.class)) {
    @Override
    Object of(long number) {
      return (int) number;
    }
  },
  STRING(TypeInformation.of(String.class)) {
    @Override
    Object of(long number) {
      return number == 0 ? "" : "key \u00e9" + number;
    }
  },
  RECORD(TypeInformation.of(Pair.class)) {
    @Override
    Object of(long number) {
      return new Pair("p" + number % 3, number);
    }
  };

  private final TypeInformation<Object> type;

  @SuppressWarnings("unchecked") // of() makes values of it
  KeyKind(TypeInformation<?> type) {
    this.type = (TypeInformation<Object>) type;
  }

  abstract Object of(long number);

  TypeInformation<Object> type() {
    return type;
  }

  record Pair(String text, long number) {}
}

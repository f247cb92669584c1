package io.millrace.processtests.differential;

import io.millrace.core.types.TypeHint;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.tuple.Tuple2;

/** Kinds of records, which the engine treats in different ways. */
enum Shape {
  /** A primitive, boxed. */
  LONG(TypeInformation.of(Long.class)) {
    @Override
    Object of(long a, long b) {
      return a << 40 | b;
    }

    @Override
    long a(Object record) {
      return (Long) record >>> 40;
    }

    @Override
    long b(Object record) {
      return (Long) record & Row.MASK;
    }
  },

  /** Words alone: flat in state. */
  NUMBERS(TypeInformation.of(Numbers.class)) {
    @Override
    Object of(long a, long b) {
      return new Numbers((int) a, b % 2 == 1, b / 2.0);
    }

    @Override
    long a(Object record) {
      return ((Numbers) record).a();
    }

    @Override
    long b(Object record) {
      Numbers numbers = (Numbers) record;
      long b = (long) (2 * numbers.half());
      return b % 2 == 1 == numbers.odd() ? b : -1;
    }
  },

  /** Words and references, some of them null. */
  NAMED(TypeInformation.of(Named.class)) {
    @Override
    Object of(long a, long b) {
      return new Named("k" + a, b, b % 5 == 0 ? null : "n" + b % 5);
    }

    @Override
    long a(Object record) {
      return Long.parseLong(((Named) record).name().substring(1));
    }

    @Override
    long b(Object record) {
      Named named = (Named) record;
      String note = named.b() % 5 == 0 ? "null" : "n" + named.b() % 5;
      return note.equals(String.valueOf(named.note())) ? named.b() : -1;
    }
  },

  /** A record in a record, and a constant. */
  NESTED(TypeInformation.of(Nested.class)) {
    @Override
    Object of(long a, long b) {
      return new Nested(new Inner(a, "i" + a), Parity.values()[(int) (b % 2)], b);
    }

    @Override
    long a(Object record) {
      Inner inner = ((Nested) record).inner();
      return inner.name().equals("i" + inner.a()) ? inner.a() : -1;
    }

    @Override
    long b(Object record) {
      Nested nested = (Nested) record;
      return nested.parity().ordinal() == nested.b() % 2 ? nested.b() : -1;
    }
  },

  /** More parts than are taken apart. */
  WIDE(TypeInformation.of(Wide.class)) {
    @Override
    Object of(long a, long b) {
      return new Wide(a, 1, 2, 3, 4, 5, 6, 7, "w" + a, b);
    }

    @Override
    long a(Object record) {
      Wide wide = (Wide) record;
      return wide.text().equals("w" + wide.a()) ? wide.a() : -1;
    }

    @Override
    long b(Object record) {
      return ((Wide) record).b();
    }
  },

  /** Mutable: copied where it is shared. */
  POJO(TypeInformation.of(Pojo.class)) {
    @Override
    Object of(long a, long b) {
      Pojo pojo = new Pojo();
      pojo.a = a;
      pojo.b = b;
      pojo.text = "p" + b;
      return pojo;
    }

    @Override
    long a(Object record) {
      return ((Pojo) record).a;
    }

    @Override
    long b(Object record) {
      Pojo pojo = (Pojo) record;
      return pojo.text.equals("p" + pojo.b) ? pojo.b : -1;
    }
  },

  TUPLE(TypeInformation.of(new TypeHint<Tuple2<String, Long>>() {})) {
    @Override
    Object of(long a, long b) {
      return Tuple2.of(Long.toString(a), b);
    }

    @Override
    long a(Object record) {
      return Long.parseLong((String) ((Tuple2<?, ?>) record).f0());
    }

    @Override
    long b(Object record) {
      return (Long) ((Tuple2<?, ?>) record).f1();
    }
  };

  private final TypeInformation<Object> type;

  @SuppressWarnings("unchecked") // of() makes values of it
  Shape(TypeInformation<?> type) {
    this.type = (TypeInformation<Object>) type;
  }

  /** A record with these numbers. */
  abstract Object of(long a, long b);

  /** Its number, or -1 if the record is not as it was made. */
  abstract long a(Object record);

  abstract long b(Object record);

  /**
   * @param whole whether the engine is to keep records as objects, as it does those that it can't
   *     take apart
   */
  TypeInformation<Object> type(boolean whole) {
    return whole ? new WholeType<>(type) : type;
  }

  record Numbers(int a, boolean odd, double half) {}

  record Named(String name, long b, String note) {}

  enum Parity {
    EVEN,
    ODD
  }

  record Inner(long a, String name) {}

  record Nested(Inner inner, Parity parity, long b) {}

  record Wide(long a, int c, int d, int e, int f, int g, int h, int i, String text, long b) {}

  /** As people write them. */
  public static final class Pojo {
    public long a;
    public String text = "";
    public long b;
  }
}

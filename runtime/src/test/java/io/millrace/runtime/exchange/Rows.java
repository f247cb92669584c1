package io.millrace.runtime.exchange;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** A row with a column of each type, as an object: the model of columnar tests. */
public record Rows(
    long id,
    Optional<Long> number,
    Optional<Double> price,
    Optional<String> name,
    ChangeKind kind) {
  public static final int ID = 0;
  public static final int NUMBER = 1;
  public static final int PRICE = 2;
  public static final int NAME = 3;

  public static final ColumnarType TYPE =
      new ColumnarType(
          List.of(
              new Column("id", Column.Type.LONG),
              new Column("number", Column.Type.LONG),
              new Column("price", Column.Type.DOUBLE),
              new Column("name", Column.Type.BYTES)),
          true);

  /** A third of what may be null is, but for lists in which nothing is. */
  public static List<Rows> random(Random random, int count) {
    boolean nulls = random.nextInt(4) > 0;
    List<Rows> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String name = "n".repeat(random.nextInt(8) * random.nextInt(5)) + random.nextInt(1000);
      rows.add(
          new Rows(
              random.nextInt(2) == 0 ? random.nextInt(20) : random.nextLong(),
              optional(random, nulls, random.nextLong()),
              optional(random, nulls, random.nextDouble()),
              optional(random, nulls, name),
              ChangeKind.of((byte) random.nextInt(4))));
    }
    return rows;
  }

  private static <T> Optional<T> optional(Random random, boolean nulls, T value) {
    return nulls && random.nextInt(3) == 0 ? Optional.empty() : Optional.of(value);
  }

  public void addTo(ColumnarBatch batch) {
    int row = batch.size;
    batch.longs(ID).values[row] = id;
    number.ifPresentOrElse(
        value -> batch.longs(NUMBER).values[row] = value, () -> batch.longs(NUMBER).setNull(row));
    price.ifPresentOrElse(
        value -> batch.doubles(PRICE).values[row] = value, () -> batch.doubles(PRICE).setNull(row));
    if (name.isPresent()) {
      byte[] bytes = ("<" + name.get() + ">").getBytes(StandardCharsets.UTF_8);
      batch.bytes(NAME).add(row, bytes, 1, bytes.length - 2);
    } else {
      batch.bytes(NAME).addNull(row);
    }
    batch.kinds[row] = kind.code();
    batch.size = row + 1;
  }

  /** The rows that count. */
  public static List<Rows> selectedIn(ColumnarBatch batch) {
    List<Rows> rows = new ArrayList<>();
    for (int i = 0; i < batch.selected(); i++) {
      rows.add(at(batch, batch.selection()[i]));
    }
    return rows;
  }

  private static Rows at(ColumnarBatch batch, int row) {
    BytesVector names = batch.bytes(NAME);
    return new Rows(
        batch.longs(ID).values[row],
        batch.longs(NUMBER).isNull(row)
            ? Optional.empty()
            : Optional.of(batch.longs(NUMBER).values[row]),
        batch.doubles(PRICE).isNull(row)
            ? Optional.empty()
            : Optional.of(batch.doubles(PRICE).values[row]),
        names.isNull(row)
            ? Optional.empty()
            : Optional.of(
                new String(
                    names.array(), names.offset(row), names.length(row), StandardCharsets.UTF_8)),
        ChangeKind.of(batch.kinds[row]));
  }
}

package io.millrace.core.types.schema;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.CorruptDataException;
import io.millrace.core.types.FormerNames;
import io.millrace.core.types.TypeSchema;
import java.util.List;

/**
 * What became of a type since values of it were written, and how those values become values of the
 * type as it is now. What can be brought over (rules as in Avro's schema resolution, but for
 * promotions that lose digits):
 *
 * <ul>
 *   <li>fields of records and POJOs, by name: new ones have the value that the constructor without
 *       arguments gives them, if there is one, else 0, false, an empty optional or container, or
 *       null; fields that are gone are dropped; their order does not matter;
 *   <li>renamed fields, constants and classes, if {@link FormerNames} says what they were;
 *   <li>a record that became a POJO, or the other way round;
 *   <li>a wider basic type: a longer integer, a BigInteger or BigDecimal for any integer, a double
 *       for a float or an int, a box for a primitive;
 *   <li>a value that became optional or is so no more; lists, arrays and the usual collections for
 *       one another;
 *   <li>more constants of an enum, more classes of a sealed type.
 * </ul>
 *
 * Immutable and safe for use by any thread.
 */
public final class SchemaEvolution {
  private final WrittenType written;
  private final WrittenType now;
  private final Findings found;
  private final Conversion conversion;

  private SchemaEvolution(
      WrittenType written, WrittenType now, Findings found, Conversion conversion) {
    this.written = written;
    this.now = now;
    this.found = found;
    this.conversion = conversion;
  }

  /**
   * Compares two schemas of a type.
   *
   * @param written as the snapshot has it
   * @param now as the program has it
   * @param classes finds the classes of {@code now}: they alone know former names and the values
   *     that new fields begin with. What it doesn't find has neither
   */
  public static SchemaEvolution between(TypeSchema written, TypeSchema now, ClassLoader classes) {
    SchemaComparison comparison = new SchemaComparison(new CurrentClasses(classes));
    Conversion conversion = comparison.compare(written, now);
    return new SchemaEvolution(
        WrittenType.of(written), WrittenType.of(now), comparison.found(), conversion);
  }

  /**
   * What keeps values from being read, each with the way to the field; empty if all can be brought
   * over.
   */
  public List<String> obstacles() {
    return List.copyOf(found.obstacles());
  }

  /** What became of the type, each with the way to the field; empty if nothing. */
  public List<String> changes() {
    return List.copyOf(found.changes());
  }

  /** Whether the bytes of values are others now; else they can stay as they are. */
  public boolean isConversion() {
    return found.changesBytes();
  }

  /**
   * Reads a value as it was written and writes it as it is now; only if there are no {@link
   * #obstacles}.
   *
   * @throws CorruptDataException if the bytes are no value of the type as it was
   */
  public void convert(BinaryReader in, BinaryWriter out) {
    now.write(conversion.convert(written.read(in)), out);
  }
}

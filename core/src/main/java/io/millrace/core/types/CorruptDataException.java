package io.millrace.core.types;

/** Bytes that are not what they should be: corruption, or another version's format. */
public final class CorruptDataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CorruptDataException(String message) {
    super(message);
  }

  public CorruptDataException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Called by generated serializers: what a failed construction of a value says of the data. */
  public static CorruptDataException of(RuntimeException failure, String className) {
    return failure instanceof CorruptDataException corrupt
        ? corrupt
        : new CorruptDataException(
            "The bytes read are no value of " + className + ": " + failure.getMessage(), failure);
  }
}

package io.millrace.runtime.exchange;

/**
 * What a record says of the result it belongs to. An update is a pair: the row as it was, then the
 * row as it is. In batches a kind is its {@link #code}.
 */
public enum ChangeKind {
  INSERT,
  UPDATE_BEFORE,
  UPDATE_AFTER,
  DELETE;

  private static final ChangeKind[] KINDS = values();

  /** In batches and on the wire; odd where the row is taken back. */
  public byte code() {
    return (byte) ordinal();
  }

  /**
   * @throws IllegalArgumentException if no kind has that code
   */
  public static ChangeKind of(byte code) {
    if (!isCode(code)) {
      throw new IllegalArgumentException("No kind of change has the code " + code);
    }
    return KINDS[code];
  }

  public static boolean isCode(byte code) {
    return code >= 0 && code < KINDS.length;
  }

  /** 1 for a row that is added, -1 for one that is taken back. */
  public static int sign(byte code) {
    return 1 - ((code & 1) << 1);
  }
}

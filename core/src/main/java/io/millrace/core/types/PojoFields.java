package io.millrace.core.types;

/**
 * The fields that one class of a hierarchy declares. Implemented by generated classes only, which
 * is why it is public.
 */
public interface PojoFields {
  /** A new object by the constructor without arguments. */
  Object create();

  void write(Object value, BinaryWriter out);

  void read(Object target, BinaryReader in);

  void copy(Object from, Object to);
}

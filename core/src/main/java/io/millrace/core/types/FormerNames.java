package io.millrace.core.types;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names under which state may have been written: put it on what was renamed, and state of former
 * versions is read on.
 *
 * <pre>{@code
 * record Order(long id, @FormerNames("amount") long cents) {}
 *
 * @FormerNames("com.example.Job$Order")
 * record Purchase(long id) {}
 *
 * enum Color { @FormerNames("RED") CRIMSON, GREEN }
 * }</pre>
 *
 * On a record component or field: its former names. On an enum constant: its former names. On a
 * class: its former full names, as {@link Class#getName} gives them.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.FIELD, ElementType.RECORD_COMPONENT})
public @interface FormerNames {
  String[] value();
}

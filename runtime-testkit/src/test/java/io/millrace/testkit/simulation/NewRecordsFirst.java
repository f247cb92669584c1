package io.millrace.testkit.simulation;

import java.lang.reflect.Method;

/** Part of a {@link PlantedBug}: now and then takes new records before those that were restored. */
public final class NewRecordsFirst {
  private NewRecordsFirst() {}

  public static boolean takeRestored(Object subtask) throws ReflectiveOperationException {
    if (Simulated.current().world().chance(0.5)) {
      return false;
    }
    Method real = subtask.getClass().getDeclaredMethod("takeRestored");
    real.setAccessible(true);
    return (boolean) real.invoke(subtask);
  }
}

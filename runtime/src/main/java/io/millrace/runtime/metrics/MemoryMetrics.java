package io.millrace.runtime.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.runtime.memory.MachineMemory;
import io.millrace.runtime.memory.MemoryPart;
import io.millrace.runtime.memory.MemoryPlan;

/** What a process may take of memory, and what it takes. */
public final class MemoryMetrics {
  private MemoryMetrics() {}

  /** Adds the plan and the process's resident size to a registry. */
  public static void register(MeterRegistry registry, MemoryPlan plan) {
    Gauge.builder("millrace.memory.budget", () -> plan.total().bytes())
        .baseUnit("bytes")
        .description("All memory that the process may take")
        .register(registry);
    Gauge.builder("millrace.memory.resident", () -> MachineMemory.resident().orElse(0))
        .baseUnit("bytes")
        .description(
            "Memory that the process has, as the system counts it; 0 where it doesn't tell")
        .register(registry);
    for (MemoryPart part : plan.parts()) {
      Gauge.builder("millrace.memory.part", () -> part.size().bytes())
          .tag("part", part.name())
          .baseUnit("bytes")
          .description("What a part of the process may take of its memory")
          .register(registry);
    }
  }
}

package io.millrace.runtime.scheduler;

import io.millrace.runtime.id.TaskManagerId;

/**
 * Slots of a TaskManager that a job may use now, those it already uses included.
 *
 * @param host and {@code dataPort}: where the TaskManager serves the exchange
 */
public record SlotOffer(TaskManagerId taskManager, String host, int dataPort, int count) {}

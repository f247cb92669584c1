package io.millrace.jobmanager;

import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.scheduler.SlotOffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Who uses which slots. A job is offered all that is free beside what it has, and says what it
 * takes: nothing is handed over by messages that could be lost (invariant SL1). Safe for use by any
 * thread: a claim counts at once, for every job.
 */
final class SlotLedger {
  /** By TaskManager: its slots. */
  private final TreeMap<TaskManagerId, SlotOffer> all = new TreeMap<>();

  private final Map<JobId, Map<TaskManagerId, Integer>> used = new HashMap<>();

  synchronized void add(SlotOffer slots) {
    all.put(slots.taskManager(), slots);
  }

  synchronized void remove(TaskManagerId taskManager) {
    all.remove(taskManager);
    used.values().forEach(byTaskManager -> byTaskManager.remove(taskManager));
  }

  /** What the job may use now, what it uses already included. */
  synchronized List<SlotOffer> offersFor(JobId job) {
    List<SlotOffer> offers = new ArrayList<>();
    for (SlotOffer slots : all.values()) {
      int own = used.getOrDefault(job, Map.of()).getOrDefault(slots.taskManager(), 0);
      int count = free(slots) + own;
      if (count > 0) {
        offers.add(new SlotOffer(slots.taskManager(), slots.host(), slots.dataPort(), count));
      }
    }
    return offers;
  }

  /**
   * The job takes these slots and gives up all others.
   *
   * @return false if some were not free any more: it has what was left of them, and should look at
   *     its offers again
   */
  synchronized boolean claim(JobId job, List<SlotOffer> wanted) {
    used.remove(job);
    Map<TaskManagerId, Integer> granted = new HashMap<>();
    boolean whole = true;
    for (SlotOffer want : wanted) {
      SlotOffer slots = all.get(want.taskManager());
      int count = slots == null ? 0 : Math.min(want.count(), free(slots));
      whole &= count == want.count();
      if (count > 0) {
        granted.put(want.taskManager(), count);
      }
    }
    if (!granted.isEmpty()) {
      used.put(job, granted);
    }
    return whole;
  }

  synchronized int free(TaskManagerId taskManager) {
    SlotOffer slots = all.get(taskManager);
    return slots == null ? 0 : free(slots);
  }

  synchronized int total() {
    return all.values().stream().mapToInt(SlotOffer::count).sum();
  }

  synchronized int free() {
    return all.values().stream().mapToInt(this::free).sum();
  }

  private int free(SlotOffer slots) {
    int taken = 0;
    for (Map<TaskManagerId, Integer> byTaskManager : used.values()) {
      taken += byTaskManager.getOrDefault(slots.taskManager(), 0);
    }
    return Math.max(0, slots.count() - taken);
  }
}

package io.millrace.runtime.scheduler;

import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;

/** The users' requests that are open; each is answered exactly once. Owned by the job's thread. */
final class RequestBook {
  private final TreeSet<Long> open = new TreeSet<>();
  private final TreeSet<Long> cancels = new TreeSet<>();
  private final Consumer<JobAction> act;

  RequestBook(Consumer<JobAction> act) {
    this.act = act;
  }

  void open(long request) {
    open.add(request);
  }

  void openCancel(long request) {
    open.add(request);
    cancels.add(request);
  }

  void succeed(long request, String location) {
    answer(request, Optional.of(location), Optional.empty());
  }

  void fail(long request, String why) {
    answer(request, Optional.empty(), Optional.of(why));
  }

  /** The job is terminal, which is what a cancel request waits for. */
  void closeAll(String why) {
    for (long request : new TreeSet<>(open)) {
      if (cancels.contains(request)) {
        answer(request, Optional.empty(), Optional.empty());
      } else {
        fail(request, why);
      }
    }
  }

  private void answer(long request, Optional<String> location, Optional<String> failure) {
    if (open.remove(request)) {
      cancels.remove(request);
      act.accept(new JobAction.CompleteRequest(request, location, failure));
    }
  }
}

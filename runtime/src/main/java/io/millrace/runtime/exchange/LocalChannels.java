package io.millrace.runtime.exchange;

import io.millrace.runtime.id.ChannelId;
import io.millrace.runtime.id.JobId;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where the two ends of a channel within a process meet, whichever comes first. Safe for use by any
 * thread.
 */
public final class LocalChannels {
  private final ConcurrentHashMap<ChannelId, LocalChannel> waiting = new ConcurrentHashMap<>();

  /** Called once by each end; the second call takes the channel out. */
  public LocalChannel meet(ChannelId id) {
    LocalChannel mine = new LocalChannel();
    LocalChannel other = waiting.putIfAbsent(id, mine);
    if (other == null) {
      return mine;
    }
    waiting.remove(id);
    return other;
  }

  /** Forgets the job's ends that never met their others, because a deployment failed, say. */
  public void forget(JobId job) {
    waiting.keySet().removeIf(id -> id.job().equals(job));
  }
}

package io.millrace.runtime.id;

/**
 * One channel of the exchange: from one subtask to one subtask over one edge, in one execution.
 *
 * @param edge index of the edge in the job graph
 * @param attempt the execution both ends belong to
 */
public record ChannelId(JobId job, int edge, int producer, int consumer, int attempt)
    implements Comparable<ChannelId> {
  @Override
  public int compareTo(ChannelId other) {
    int c = job.compareTo(other.job);
    c = c != 0 ? c : Integer.compare(edge, other.edge);
    c = c != 0 ? c : Integer.compare(producer, other.producer);
    c = c != 0 ? c : Integer.compare(consumer, other.consumer);
    return c != 0 ? c : Integer.compare(attempt, other.attempt);
  }

  @Override
  public String toString() {
    return job + "/e" + edge + ":" + producer + ">" + consumer + "#" + attempt;
  }
}

package io.millrace.runtime.id;

/**
 * A parallel instance of a vertex of a job.
 *
 * @param vertex index of the vertex in the job graph
 * @param index which of the vertex's subtasks
 */
public record SubtaskId(JobId job, int vertex, int index) implements Comparable<SubtaskId> {
  @Override
  public int compareTo(SubtaskId other) {
    int byJob = job.compareTo(other.job);
    if (byJob != 0) {
      return byJob;
    }
    int byVertex = Integer.compare(vertex, other.vertex);
    return byVertex != 0 ? byVertex : Integer.compare(index, other.index);
  }

  @Override
  public String toString() {
    return job + "/" + vertex + "." + index;
  }
}

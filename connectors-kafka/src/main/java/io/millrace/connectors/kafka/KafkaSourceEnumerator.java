package io.millrace.connectors.kafka;

import io.millrace.core.source.SplitEnumerator;
import io.millrace.core.source.SplitEnumeratorContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds partitions and gives each to the reader that its name and number say, so that the same
 * parallelism gives the same assignment. Enumerator thread only, except for discovery.
 */
final class KafkaSourceEnumerator
    implements SplitEnumerator<KafkaPartitionSplit, KafkaSourceState> {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaSourceEnumerator.class);

  private final KafkaSourceSettings settings;
  private final SplitEnumeratorContext<KafkaPartitionSplit> context;
  private final PartitionDiscovery discovery;
  private final Set<TopicPartition> assigned = new TreeSet<>(KafkaSourceState.ORDER);
  private final SortedMap<TopicPartition, KafkaPartitionSplit> unassigned =
      new TreeMap<>(KafkaSourceState.ORDER);
  private final Set<Integer> told = new HashSet<>();

  /** What discovery, on its I/O thread, starts from; replaced as a whole. */
  private volatile Progress progress;

  private record Progress(Set<TopicPartition> known, boolean initialDiscoveryFinished) {}

  private record Found(List<KafkaPartitionSplit> splits, boolean initial) {}

  KafkaSourceEnumerator(
      KafkaSourceSettings settings,
      SplitEnumeratorContext<KafkaPartitionSplit> context,
      KafkaSourceState state) {
    this.settings = settings;
    this.context = context;
    this.discovery = new PartitionDiscovery(settings);
    assigned.addAll(state.assigned());
    state.unassigned().forEach(split -> unassigned.put(split.topicPartition(), split));
    publish(state.initialDiscoveryFinished());
  }

  @Override
  public void start() {
    if (settings.discoversPeriodically()) {
      context.callAsync(
          this::discover, this::discovered, Duration.ZERO, settings.policies().discoveryInterval());
    } else if (!progress.initialDiscoveryFinished()) {
      context.callAsync(this::discover, this::discovered);
    }
  }

  private Found discover() throws Exception {
    Progress at = progress;
    return new Found(
        discovery.discover(at.known(), !at.initialDiscoveryFinished()),
        !at.initialDiscoveryFinished());
  }

  private void discovered(Found found, Throwable failure) {
    if (failure != null) {
      if (progress.initialDiscoveryFinished()) {
        LOG.warn(
            "Looking for new partitions of {} failed; the next try is in {}",
            settings.topics(),
            settings.policies().discoveryInterval(),
            failure);
      } else {
        context.fail(failure);
      }
      return;
    }
    if (found.initial() && progress.initialDiscoveryFinished()) {
      return; // two first discoveries were under way; their starting offsets may differ
    }
    for (KafkaPartitionSplit split : found.splits()) {
      TopicPartition partition = split.topicPartition();
      if (!assigned.contains(partition) && unassigned.putIfAbsent(partition, split) == null) {
        LOG.info(
            "{} partition {} is read from offset {}{}",
            found.initial() ? "Found" : "New",
            partition,
            split.position(),
            split.stoppingOffset() == KafkaPartitionSplit.NO_STOP
                ? ""
                : " to " + split.stoppingOffset());
      }
    }
    publish(true);
    assignPending();
  }

  @Override
  public void addReader(int subtask) {
    told.remove(subtask);
    assignPending();
  }

  @Override
  public void handleSplitRequest(int subtask) {
    // Splits are given as they are found; asking brings no more.
  }

  @Override
  public void addSplitsBack(List<KafkaPartitionSplit> splits, int subtask) {
    for (KafkaPartitionSplit split : splits) {
      assigned.remove(split.topicPartition());
      unassigned.put(split.topicPartition(), split);
    }
    told.remove(subtask);
    assignPending();
  }

  @Override
  public KafkaSourceState snapshotState(long checkpointId) {
    return KafkaSourceState.of(assigned, unassigned.values(), progress.initialDiscoveryFinished());
  }

  @Override
  public void close() {
    discovery.close();
  }

  private void assignPending() {
    Map<Integer, List<KafkaPartitionSplit>> byReader = new HashMap<>();
    Set<Integer> readers = new TreeSet<>(context.registeredReaders());
    for (KafkaPartitionSplit split : unassigned.values()) {
      int owner = owner(split.topicPartition(), context.currentParallelism());
      if (readers.contains(owner)) {
        byReader.computeIfAbsent(owner, r -> new ArrayList<>()).add(split);
      }
    }
    for (int reader : readers) {
      List<KafkaPartitionSplit> splits = byReader.getOrDefault(reader, List.of());
      for (KafkaPartitionSplit split : splits) {
        unassigned.remove(split.topicPartition());
        assigned.add(split.topicPartition());
      }
      boolean untold = progress.initialDiscoveryFinished() && told.add(reader);
      boolean endless = settings.stopping().isEmpty();
      // Without stops a reader never ends, though it may have no split: it is idle then, which it
      // knows only when it is told so, and its subtask stays there for checkpoints.
      if (!splits.isEmpty() || (untold && endless)) {
        context.assignSplits(reader, splits);
      }
      if (untold && !endless) {
        context.signalNoMoreSplits(reader);
      }
    }
  }

  /**
   * Consecutive partitions of a topic go to consecutive readers; topics begin at different ones.
   */
  static int owner(TopicPartition partition, int parallelism) {
    int start = (partition.topic().hashCode() * 31) & Integer.MAX_VALUE;
    return (int) (((long) start + partition.partition()) % parallelism);
  }

  private void publish(boolean initialDiscoveryFinished) {
    Set<TopicPartition> known = new HashSet<>(assigned);
    known.addAll(unassigned.keySet());
    progress = new Progress(Collections.unmodifiableSet(known), initialDiscoveryFinished);
  }
}

package io.millrace.api.datastream.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MetronomeTest {
  /** It sleeps until the next beat, however far that is: an idle source costs nothing. */
  @Test
  void endsAtOnceWhenItIsClosedLongBeforeTheNextBeat() throws Exception {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    CountDownLatch firstBeat = new CountDownLatch(1);
    Metronome metronome =
        Metronome.start(System.nanoTime(), TimeUnit.DAYS.toNanos(1), firstBeat::countDown);
    firstBeat.await();
    Set<Thread> threads =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> !before.contains(thread))
            .filter(thread -> thread.getName().equals("millrace-metronome"))
            .collect(Collectors.toSet());
    assertThat(threads).hasSize(1);
    metronome.close();
    for (Thread thread : threads) {
      thread.join();
    }
  }
}

package io.millrace.api.datastream;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.datastream.source.SequenceSource;
import io.millrace.core.time.WatermarkStrategy;
import io.millrace.core.window.TumblingEventTimeWindows;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The join that other engines are measured with (new auctions of new persons), through the public
 * API alone, against a recomputation that shares nothing with it but the generator.
 */
@Timeout(120)
class JoinWorkloadTest {
  record Person(long id, long dateTime) {}

  record Auction(long id, long seller, long dateTime) {}

  record NewSeller(long person, long windowEnd, long auction) {}

  private static final long RECORDS = 240_000;
  private static final long PERSONS = RECORDS / 4;
  private static final long AUCTIONS = PERSONS * 3;
  private static final long START = 1_700_000_000_000L;
  private static final long WINDOW = 10_000;
  private static final long G = 0x9E3779B97F4A7C15L;

  private static Person person(long i) {
    return new Person(i, personTime(i));
  }

  private static long personTime(long i) {
    return START + i * 3 / 10;
  }

  private static Auction auction(long i) {
    return new Auction(i, Math.max(0, i / 3 - (random(5, i) >>> 1) % 1000), auctionTime(i));
  }

  private static long auctionTime(long i) {
    return START + i / 10;
  }

  private static long random(long seed, long i) {
    long z = seed + (i + 1) * G;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  private static long hash(long a, long b) {
    long h = (a * G) ^ (b * 0xC2B2AE3D27D4EB4FL);
    return h ^ (h >>> 32);
  }

  @Test
  void findsWhatAPlainLoopFinds() throws Exception {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment().setParallelism(2);
    DataStream<Person> persons =
        env.fromSource(
                new SequenceSource(0, PERSONS - 1),
                WatermarkStrategy.<Long>forMonotonousTimestamps()
                    .withTimestampAssigner((i, before) -> personTime(i)),
                "persons")
            .setParallelism(1)
            .map(i -> person(i))
            .setParallelism(1);
    DataStream<Auction> auctions =
        env.fromSource(
                new SequenceSource(0, AUCTIONS - 1),
                WatermarkStrategy.<Long>forMonotonousTimestamps()
                    .withTimestampAssigner((i, before) -> auctionTime(i)),
                "auctions")
            .setParallelism(1)
            .map(i -> auction(i))
            .setParallelism(1);
    DataStream<NewSeller> sellers =
        persons
            .join(auctions)
            .where(Person::id)
            .equalTo(Auction::seller)
            .window(TumblingEventTimeWindows.of(Duration.ofMillis(WINDOW)))
            .apply(
                (person, auction) ->
                    new NewSeller(
                        person.id(), auction.dateTime() / WINDOW * WINDOW + WINDOW, auction.id()));

    long checksum = 0;
    long emitted = 0;
    try (CloseableIterator<NewSeller> all = sellers.executeAndCollect()) {
      while (all.hasNext()) {
        NewSeller one = all.next();
        checksum += hash(hash(one.person(), one.windowEnd()), one.auction());
        emitted++;
      }
    }

    Set<Person> inWindow = new HashSet<>();
    for (long i = 0; i < PERSONS; i++) {
      inWindow.add(new Person(i, personTime(i) / WINDOW));
    }
    long expected = 0;
    long pairs = 0;
    for (long i = 0; i < AUCTIONS; i++) {
      Auction one = auction(i);
      long window = one.dateTime() / WINDOW;
      if (inWindow.contains(new Person(one.seller(), window))) {
        expected += hash(hash(one.seller(), window * WINDOW + WINDOW), i);
        pairs++;
      }
    }
    assertThat(emitted).isEqualTo(pairs).isGreaterThan(AUCTIONS / 2);
    assertThat(checksum).isEqualTo(expected);
  }
}

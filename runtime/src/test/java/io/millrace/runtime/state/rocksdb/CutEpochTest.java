package io.millrace.runtime.state.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.state.heap.Segment;
import org.junit.jupiter.api.Test;

class CutEpochTest {
  private final CutEpoch epoch = new CutEpoch();

  @Test
  void whatWasDirtyIsOfTheCutUntilItIsChanged() {
    long before = epoch.changed(0);
    epoch.begin();
    assertThat(epoch.isOfCut(before)).isTrue();
    assertThat(epoch.mayBeWritten(before)).isTrue();
    assertThat(epoch.isCurrent(before)).isFalse();

    long changed = epoch.changed(before);
    assertThat(epoch.isOfCut(changed)).isFalse();
    assertThat(epoch.mayBeWritten(changed)).isFalse();
    assertThat(epoch.isCurrent(changed)).isTrue();
    epoch.end();
    assertThat(epoch.mayBeWritten(changed)).isTrue();
    assertThat(epoch.isOfCut(before)).isFalse();
  }

  @Test
  void whatAbandonedCutsHaveLeftIsOfTheNextOne() {
    long oldest = epoch.changed(0);
    epoch.begin();
    epoch.end();
    long old = epoch.changed(0);
    for (int cuts = 1; cuts <= 3; cuts++) {
      epoch.begin();
      assertThat(epoch.isOfCut(oldest)).as("cut %d", cuts).isTrue();
      assertThat(epoch.isOfCut(old)).as("cut %d", cuts).isTrue();
      assertThat(epoch.isOfCut(epoch.changed(oldest))).isFalse();
      epoch.end();
    }
  }

  @Test
  void keepsOtherFlags() {
    long flags = CachedTable.REFERENCED | CachedTable.DELETED | CachedTable.STORED;
    epoch.begin();
    long changed = epoch.changed(flags);
    assertThat(changed & ~epoch.changed(0)).isEqualTo(flags);
    assertThat(changed & Segment.DIRTY).isEqualTo(Segment.DIRTY);
    epoch.end();
    epoch.begin();
    assertThat(epoch.changed(changed) & ~epoch.changed(0)).isEqualTo(flags);
  }

  @Test
  void whatIsCleanIsOfNoCut() {
    long clean = epoch.changed(CachedTable.STORED) & ~Segment.DIRTY;
    epoch.begin();
    assertThat(epoch.isOfCut(clean)).isFalse();
    assertThat(epoch.mayBeWritten(clean)).isFalse();
    assertThatThrownBy(epoch::begin).isInstanceOf(IllegalStateException.class);
  }
}

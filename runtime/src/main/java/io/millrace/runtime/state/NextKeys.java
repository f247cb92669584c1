package io.millrace.runtime.state;

import java.util.Arrays;

/**
 * Keys that will be current next, one after another: those of a batch, told beforehand. Filled anew
 * for each batch; task thread only.
 */
public final class NextKeys {
  /** The hash of each, as the key's codec gives it. */
  public final int[] hashes;

  /** The keys, if they are integers. */
  public final long[] longs;

  /** The keys, if they are not. */
  public final Object[] objects;

  /** How many there are. */
  public int count;

  private NextKeys(int longs, int objects) {
    this.hashes = new int[longs + objects];
    this.longs = new long[longs];
    this.objects = new Object[objects];
  }

  /** Room for none, until it is known that some will be told. */
  public static NextKeys none() {
    return new NextKeys(0, 0);
  }

  public static NextKeys ofLongs(int most) {
    return new NextKeys(most, 0);
  }

  public static NextKeys ofObjects(int most) {
    return new NextKeys(0, most);
  }

  /** How many there can be. */
  public int most() {
    return hashes.length;
  }

  /** Forgets them, so that they can be collected. */
  public void clear() {
    if (objects.length > 0) {
      Arrays.fill(objects, 0, count, null);
    }
    count = 0;
  }
}

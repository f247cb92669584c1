package io.millrace.runtime.state;

/**
 * A value that is stored flat, open word by word: for operators that take batches, whose values are
 * no objects anywhere else. The words are those of the type's {@link
 * io.millrace.core.types.FlatLayout}, in order; a record of longs has a word a component.
 *
 * <pre>{@code
 * long[] words = state.find(key, hash);
 * if (!state.isOpen(words)) {
 *   words = state.open(key, hash); // if there was no value, all its words are to be written
 * }
 * words[state.at()] = ...
 * }</pre>
 *
 * <p>Keys are given with each call and need not be current; which key is current afterwards is not
 * said. What a call returns holds until the next one. Task thread only, like all handles.
 */
public interface FlatValueState<V> extends ProbedValueState<V> {
  /**
   * Looks a key's value up.
   *
   * @param hash as the key's codec gives it; usually computed by the sender
   * @return what has the value's words, from {@link #at} on; to be read only, unless {@link
   *     #isOpen}
   * @throws IllegalStateException if the key's group is not in the backend's range (invariant KG2)
   */
  long[] find(long key, int hash);

  /**
   * Says which keys will be looked up next, so that what lies far away is fetched for all of them
   * at a time rather than for one after another. Changes nothing.
   *
   * @param hashes by row
   * @param rows numbers of the rows, from {@code from} to {@code to}, that one excluded
   * @return nothing of meaning; it keeps the work from being left out
   */
  long fetch(int[] hashes, int[] rows, int from, int to);

  /** Where the value begins that was found or opened; -1 if there is none. */
  int at();

  /** Whether there is a value in the words that {@link #find} gave, to be written where it is. */
  boolean isOpen(long[] words);

  /**
   * Gives a key a value that may be written, which the caller does before anything else is done
   * with the state.
   *
   * @return what has the value's words; one that is new has any
   */
  long[] open(long key, int hash);

  /** Removes a key's value if it has one. */
  void remove(long key, int hash);
}

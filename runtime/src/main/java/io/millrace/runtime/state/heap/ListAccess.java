package io.millrace.runtime.state.heap;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The current key's stored list: copied on the first write after a cut. */
public final class ListAccess<T> {
  private final EntryCursor<StoredList<T>> cursor;
  private final boolean timed;

  ListAccess(EntryCursor<StoredList<T>> cursor) {
    this.cursor = cursor;
    this.timed = cursor.ttlMillis() != 0;
  }

  /** The elements that have not expired; not changed by later writes. */
  public List<T> elements() {
    if (!cursor.find()) {
      return List.of();
    }
    if (timed && cursor.renewedByReads()) {
      renew();
      if (!cursor.find()) {
        return List.of();
      }
    }
    return alive(cursor.load());
  }

  private List<T> alive(StoredList<T> list) {
    List<T> elements = new ArrayList<>(list.size());
    for (int i = 0; i < list.size(); i++) {
      if (!timed || !cursor.isExpired(list.time(i))) {
        elements.add(list.get(i));
      }
    }
    return Collections.unmodifiableList(elements);
  }

  private void renew() {
    long now = cursor.now();
    StoredList<T> old = cursor.load();
    // Times ascend, so the rest is as new as the first.
    if (old.time(0) == now) {
      return;
    }
    StoredList<T> renewed = new StoredList<>(true);
    for (T element : alive(old)) {
      renewed.add(element, now);
    }
    if (renewed.size() == 0) {
      cursor.remove();
    } else {
      cursor.store(renewed);
    }
  }

  public void add(T element) {
    StoredList<T> list = forWrite();
    list.add(element, now());
    cursor.store(list);
  }

  public void addAll(List<T> elements) {
    if (elements.isEmpty()) {
      return;
    }
    StoredList<T> list = forWrite();
    long now = now();
    for (T element : elements) {
      list.add(element, now);
    }
    cursor.store(list);
  }

  public void clear() {
    cursor.remove();
  }

  private StoredList<T> forWrite() {
    if (!cursor.find()) {
      return new StoredList<>(timed);
    }
    StoredList<T> list = cursor.load();
    if (timed && cursor.isExpired(list.time(0))) {
      StoredList<T> rest = new StoredList<>(true);
      for (int i = 0; i < list.size(); i++) {
        if (!cursor.isExpired(list.time(i))) {
          rest.add(list.get(i), list.time(i));
        }
      }
      return rest;
    }
    return cursor.isOwned() ? list : list.copy();
  }

  private long now() {
    return timed ? cursor.now() : 0;
  }
}

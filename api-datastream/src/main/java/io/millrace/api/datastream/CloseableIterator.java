package io.millrace.api.datastream;

import java.util.Iterator;

/** Records read one by one; holds resources until it is closed. */
public interface CloseableIterator<T> extends Iterator<T>, AutoCloseable {}

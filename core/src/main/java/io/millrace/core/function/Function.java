package io.millrace.core.function;

import java.io.Serializable;

/**
 * Base of everything a user hands to the engine. Instances are shipped to the cluster by Java
 * serialization once, at submission, and then called by the one thread that steps their subtask.
 */
public interface Function extends Serializable {}

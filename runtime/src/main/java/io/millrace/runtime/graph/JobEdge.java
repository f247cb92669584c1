package io.millrace.runtime.graph;

/**
 * An exchange between two vertices.
 *
 * @param sourceOperator index in the source vertex's chain of the operator whose output this is
 * @param tag empty for the main output, else the id of the side output
 * @param targetInput 0, or 1 for the second input of a two-input head; several edges may share an
 *     input (union)
 * @param spec serialised {@code EdgeSpec}: type, key selector, partitioner; opaque to the
 *     JobManager
 */
public record JobEdge(
    int index,
    int sourceVertex,
    int sourceOperator,
    String tag,
    int targetVertex,
    int targetInput,
    Partitioning partitioning,
    byte[] spec) {}

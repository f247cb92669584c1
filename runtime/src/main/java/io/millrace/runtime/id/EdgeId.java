package io.millrace.runtime.id;

/**
 * What an exchange into an operator is known by in snapshots, beside that operator's uid: unlike
 * its index it stays the same when chaining or the order of vertices change.
 *
 * @param sourceUid of the operator whose output it is
 * @param tag empty for the main output, else the id of the side output
 * @param targetInput 0, or 1 for the second input of a two-input operator
 */
public record EdgeId(String sourceUid, String tag, int targetInput) {}

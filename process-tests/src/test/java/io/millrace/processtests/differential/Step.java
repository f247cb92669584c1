package io.millrace.processtests.differential;

import java.util.List;

/** A part of a job, for the engine and in the plainest way. */
interface Step {
  Flow apply(Flow flow);

  /** What it makes of rows, in their order where the engine has one. */
  List<Row> reference(List<Row> rows);
}

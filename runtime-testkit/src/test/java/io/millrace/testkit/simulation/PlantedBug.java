package io.millrace.testkit.simulation;

import java.util.List;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** A mistake that someone could make in the engine, and that a simulation has to find. */
record PlantedBug(String name, List<Patch> patches) {
  private static final String COORDINATOR = "checkpoint/CheckpointCoordinator";
  private static final String DEPLOYMENT = "scheduler/JobDeployment";
  private static final String COMPLETION = "scheduler/JobCompletion";
  private static final String SINK = "operators/SinkOperator";
  private static final String SNAPSHOTS = "task/SubtaskSnapshots";
  private static final String ENGINE = "io/millrace/runtime/";

  private static PlantedBug bug(String name, Patch... patches) {
    return new PlantedBug(name, List.of(patches));
  }

  private static Patch patch(String type, String method, Patch.Edit edit) {
    return new Patch(type, method, edit);
  }

  @Override
  public String toString() {
    return name;
  }

  static List<PlantedBug> all() {
    return List.of(
        // ---- the coordinator
        bug(
            "CC4: an acknowledgement of a former checkpoint counts for the one under way",
            patch(
                COORDINATOR,
                "onAck",
                Patch.calls(
                    "pending",
                    (code, opcode, owner, name, descriptor) -> {
                      code.visitInsn(Opcodes.POP);
                      code.visitFieldInsn(
                          Opcodes.GETFIELD, owner, "pending", "Ljava/util/Optional;");
                    }))),
        bug(
            "CC2: complete, and committed, without a pointer",
            patch(COORDINATOR, "onMetadataWritten", Patch.answers("isRegistered", false))),
        bug(
            "CC2: the pointer does not wait for the metadata",
            patch(COORDINATOR, "onAck", Patch.calls("writeMetadata", PlantedBug::alsoWritten))),
        bug(
            "CC3: a pointer write of unknown outcome counts as failed",
            patch(
                COORDINATOR,
                "onPointerUnknown",
                (code, descriptor, applied) -> {
                  applied.run();
                  code.visitCode();
                  code.visitVarInsn(Opcodes.ALOAD, 0);
                  code.visitVarInsn(Opcodes.ALOAD, 1);
                  code.visitLdcInsn("unknown");
                  code.visitInsn(Opcodes.LCONST_0);
                  code.visitMethodInsn(
                      Opcodes.INVOKEVIRTUAL,
                      ENGINE + COORDINATOR,
                      "onPointerFailed",
                      "(L" + ENGINE + "id/CheckpointId;Ljava/lang/String;J)V",
                      false);
                  code.visitInsn(Opcodes.RETURN);
                  code.visitMaxs(0, 0);
                  code.visitEnd();
                  return new MethodVisitor(Opcodes.ASM9) {};
                })),
        bug(
            "CC5: an aborted checkpoint goes on and completes",
            patch(COORDINATOR, "abort", Patch.keeps("pending"))),
        bug(
            "the restart is from an older checkpoint than the latest",
            patch(COORDINATOR, "complete", Patch.keeps("latest"))),
        // ---- the job
        bug(
            "CC1: checkpoints are numbered from 1 again after a failover of the JobManager",
            patch(
                DEPLOYMENT,
                "onStarted",
                Patch.calls(
                    "counters",
                    (code, opcode, owner, name, descriptor) -> {
                      code.visitInsn(Opcodes.POP);
                      code.visitFieldInsn(
                          Opcodes.GETSTATIC,
                          ENGINE + "scheduler/JobCounters",
                          "INITIAL",
                          "L" + ENGINE + "scheduler/JobCounters;");
                    }))),
        bug(
            "CC13: no final checkpoint",
            patch(COMPLETION, "onEndOfData", Patch.answers("hasTransactionalSink", false)),
            patch(COMPLETION, "onEndOfData", Patch.answers("isPresent", false))),
        bug(
            "FO2: the restart does not wait for the end of what was cancelled",
            patch("scheduler/ExecutionState", "allEnded", Patch.returns(true))),
        bug(
            "messages of former attempts count for the present ones",
            patch("scheduler/ExecutionState", "find", Patch.passesThrough("filter"))),
        bug(
            "S2: splits are assigned between the enumerator's snapshot and the barrier",
            patch("scheduler/SplitTracker", "onSnapshot", Patch.keeps("holding"))),
        bug(
            "S2: a reader takes splits that came behind a trigger before its snapshot",
            patch(
                "task/CheckpointTrigger",
                "takeSplitsHeld",
                Patch.answers("java/util/Optional.isEmpty", true))),
        bug(
            "S4: that no more splits will come is not said again after a failover",
            patch(
                "scheduler/SplitTracker",
                "onReaderOpened",
                Patch.calls(
                    "emit",
                    (code, opcode, owner, name, descriptor) -> {
                      Patch.dropCall(code, opcode, descriptor);
                      code.visitMethodInsn(
                          Opcodes.INVOKESTATIC, "java/util/List", "of", "()Ljava/util/List;", true);
                    }))),
        bug(
            "S1: splits are lost at a restore",
            patch("checkpoint/StateAssignment", "forSubtask", Patch.skips("add"))),
        bug(
            "KG3: a restore leaves out the first key group of a range",
            patch(
                "checkpoint/StateAssignment",
                "restrict",
                Patch.calls(
                    "max",
                    (code, opcode, owner, name, descriptor) -> {
                      code.visitMethodInsn(opcode, owner, name, descriptor, false);
                      code.visitInsn(Opcodes.ICONST_1);
                      code.visitInsn(Opcodes.IADD);
                    }))),
        // ---- the subtask
        bug(
            "BA1: a barrier is let through when the first of its channels has it",
            patch("checkpoint/BarrierAligner", "isComplete", Patch.returns(true)),
            patch("checkpoint/BarrierAligner", "complete", Patch.skips("set"))),
        bug(
            "BA1: a channel is read on while the others are aligned",
            patch("task/InputGate", "setBlocked", Patch.returns(false))),
        bug(
            "BA1: the barrier overtakes records of a batch that is being filled",
            patch("task/EdgeOutput", "event", Patch.skips("flush"))),
        bug(
            "a cancelled subtask is said to have ended while it runs on",
            patch("task/TaskRunner", "handle", Patch.skips("get"))),
        bug(
            "K1: a checkpoint is acknowledged before its sinks have prepared",
            patch(
                SNAPSHOTS,
                "take",
                Patch.calls(
                    "allOf",
                    (code, opcode, owner, name, descriptor) -> {
                      code.visitInsn(Opcodes.POP);
                      code.visitInsn(Opcodes.ICONST_0);
                      code.visitTypeInsn(
                          Opcodes.ANEWARRAY, "java/util/concurrent/CompletableFuture");
                      code.visitMethodInsn(opcode, owner, name, descriptor, false);
                    })),
            patch(
                SNAPSHOTS,
                "write",
                Patch.calls(
                    "join",
                    (code, opcode, owner, name, descriptor) -> {
                      code.visitMethodInsn(
                          Opcodes.INVOKESTATIC, "java/util/List", "of", "()Ljava/util/List;", true);
                      code.visitMethodInsn(
                          opcode, owner, "getNow", "(Ljava/lang/Object;)Ljava/lang/Object;", false);
                    }))),
        bug(
            "state is changed while its snapshot is written",
            patch("state/heap/CutClock", "isFrozen", Patch.returns(false))),
        bug(
            "readers do not start where their splits were left",
            patch("operators/SourceOperator", "open", Patch.skips("restore"))),
        // ---- unaligned checkpoints
        bug(
            "BA5: the rest of a suspended batch is no part of an unaligned checkpoint",
            patch("task/Subtask", "addUnprocessed", Patch.skips("add"))),
        bug(
            "BA5: what a barrier has overtaken within the process is no part of the checkpoint",
            patch("exchange/LocalChannel", "record", Patch.returns(false))),
        bug(
            "BA5: what an earlier barrier had overtaken already is no part of the next checkpoint",
            patch("exchange/LocalChannel", "overtake", Patch.skips("forEach"))),
        bug(
            "BA5: records behind the barrier are part of the checkpoint",
            patch("task/InputBarriers", "polled", Patch.answers("isOvertaken", true))),
        bug(
            "BA5: records that come before an overtaken barrier does are no part of the checkpoint",
            patch("task/InputBarriers", "polled", Patch.answers("isOvertaken", false))),
        bug(
            "BA5: a checkpoint does not wait for the barriers it has overtaken",
            patch("task/InputBarriers", "completeCapture", Patch.answers("isCaptured", true))),
        bug(
            "BA9: new records come before those that were in flight",
            patch(
                "task/Subtask",
                "pollInput",
                Patch.calls(
                    "takeRestored",
                    (code, opcode, owner, name, descriptor) ->
                        code.visitMethodInsn(
                            Opcodes.INVOKESTATIC,
                            "io/millrace/testkit/simulation/NewRecordsFirst",
                            "takeRestored",
                            "(Ljava/lang/Object;)Z",
                            false)))),
        bug(
            "BA9: what was in flight is not restored",
            patch("checkpoint/StateAssignment", "channels", Patch.skips("add"))),
        bug(
            "what is restored and not consumed is no part of the next checkpoint",
            patch("task/Subtask", "addUnprocessed", Patch.skips("addRestTo"))),
        bug(
            "BA10: records in flight are lost at another parallelism",
            patch(
                "checkpoint/StateAssignment",
                "channels",
                Patch.calls(
                    "intersects",
                    (code, opcode, owner, name, descriptor) ->
                        code.visitMethodInsn(
                            opcode, owner, "equals", "(Ljava/lang/Object;)Z", false)))),
        bug(
            "BA10: records in flight are processed by all that may have them",
            patch("task/InputEdge", "owned", Patch.calls("ownedOf", PlantedBug::itsBatch))),
        // ---- the sink
        bug(
            "K4: a transaction that was prepared is aborted at a restart",
            patch(
                SINK,
                "openWriter",
                Patch.calls(
                    "createWriter",
                    (code, opcode, owner, name, descriptor) -> {
                      code.visitInsn(Opcodes.POP);
                      code.visitMethodInsn(
                          Opcodes.INVOKESTATIC, "java/util/List", "of", "()Ljava/util/List;", true);
                      code.visitMethodInsn(opcode, owner, name, descriptor, true);
                    }))),
        bug(
            "what a completed checkpoint had prepared is not committed after a restart",
            patch(SINK, "open", Patch.answers("isEmpty", true))),
        bug(
            "K3: a snapshot has only the newest of several prepared transactions",
            patch(SINK, "prepared", Patch.callsInstead("headMap", "tailMap"))),
        bug(
            "a notification commits what later checkpoints have prepared, too",
            patch(SINK, "checkpointCompleted", Patch.passesThrough("headMap"))),
        bug(
            "CC7: a notification commits its own checkpoint only",
            patch(SINK, "checkpointCompleted", Patch.callsInstead("headMap", "tailMap"))));
  }

  /** The batch in place of the part of it that is the subtask's. */
  private static void itsBatch(
      MethodVisitor code, int opcode, String owner, String name, String descriptor) {
    code.visitInsn(Opcodes.POP);
    code.visitInsn(Opcodes.SWAP);
    code.visitInsn(Opcodes.POP);
  }

  /** After the call, as if its answer had come. */
  private static void alsoWritten(
      MethodVisitor code, int opcode, String owner, String name, String descriptor) {
    code.visitMethodInsn(opcode, owner, name, descriptor, true);
    code.visitVarInsn(Opcodes.ALOAD, 0);
    code.visitVarInsn(Opcodes.ALOAD, 2);
    code.visitInsn(Opcodes.LCONST_0);
    code.visitMethodInsn(
        Opcodes.INVOKEVIRTUAL,
        ENGINE + COORDINATOR,
        "onMetadataWritten",
        "(L" + ENGINE + "id/CheckpointId;J)V",
        false);
  }
}

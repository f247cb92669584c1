package io.millrace.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.objectweb.asm.Opcodes;

/** Seeds of the {@link StorageModel}, and mistakes that it must find. */
class StorageModelTest {
  private static final int SEEDS = 30;
  private static final String COORDINATOR = "checkpoint/CheckpointCoordinator";
  private static final String STORE = "checkpoint/CheckpointStore";
  private static final String ORPHANS = "checkpoint/OrphanedFiles";

  @Test
  void whatIsThereIsWhatCheckpointsHave() throws Exception {
    int completed = 0;
    int shared = 0;
    int restored = 0;
    int orphaned = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      StorageModel.Done done = StorageModel.run(seed);
      assertThat(done.violation()).as("seed %d", seed).isEmpty();
      completed += done.completed();
      shared += done.shared();
      restored += done.restored();
      orphaned += done.orphaned();
    }
    assertThat(completed).isGreaterThan(5 * SEEDS);
    assertThat(shared).isGreaterThan(SEEDS);
    assertThat(restored).isGreaterThan(SEEDS);
    assertThat(orphaned).isGreaterThan(SEEDS);
  }

  private record Mistake(String name, List<Patch> patches) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Mistake mistake(String name, String type, String method, Patch.Edit edit) {
    return new Mistake(name, List.of(new Patch(type, method, edit)));
  }

  static List<Mistake> mistakes() {
    return List.of(
        mistake("a given up checkpoint stays", COORDINATOR, "abort", Patch.skips("delete")),
        mistake("a subsumed checkpoint stays", COORDINATOR, "complete", Patch.skips("forEach")),
        mistake("late state stays", COORDINATOR, "onAck", Patch.skips("discard")),
        mistake("no shared file is ever deleted", STORE, "collectShared", Patch.returns(false)),
        mistake(
            "files that are shared are deleted",
            STORE,
            "collectShared",
            Patch.answers("contains", false)),
        mistake(
            "files of all but the last checkpoint are not mentioned",
            "checkpoint/SharedFileMentions",
            "of",
            Patch.skips("addAll")),
        mistake(
            "what the pointer keeps is deleted",
            "checkpoint/Retention",
            "add",
            Patch.skips("removeAll")),
        mistake(
            "CC10: files are shared with a checkpoint that may not have been completed",
            "task/CheckpointFiles",
            "base",
            Patch.calls(
                "getOrDefault",
                (code, opcode, owner, name, descriptor) -> {
                  code.visitInsn(Opcodes.POP2);
                  code.visitMethodInsn(
                      Opcodes.INVOKEVIRTUAL,
                      "java/util/TreeMap",
                      "lastEntry",
                      "()Ljava/util/Map$Entry;",
                      false);
                  code.visitMethodInsn(
                      Opcodes.INVOKEINTERFACE,
                      "java/util/Map$Entry",
                      "getValue",
                      "()Ljava/lang/Object;",
                      true);
                })),
        mistake(
            "orphans: of any age",
            ORPHANS + "$Directory",
            "isOlderThan",
            Patch.answers("isBefore", true)),
        mistake(
            "orphans: shared ones of any age", ORPHANS, "find", Patch.answers("isBefore", true)),
        mistake("orphans: what checkpoints share", ORPHANS, "keep", Patch.skips("addAll")),
        mistake(
            "orphans: what the pointer names", ORPHANS, "find", Patch.answers("contains", false)),
        mistake("orphans: savepoints", ORPHANS, "keep", Patch.answers("isSavepoint", false)),
        mistake("orphans: unfinished files stay", ORPHANS, "delete", Patch.skips("discard")),
        mistake("orphans: none is found", ORPHANS, "directories", Patch.answers("matches", false)));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void isFound(Mistake mistake) throws Exception {
    PatchedClasses classes = new PatchedClasses(mistake.patches());
    Method run = classes.loadClass(StorageModel.class.getName()).getMethod("run", long.class);
    Method violation = classes.loadClass(StorageModel.Done.class.getName()).getMethod("violation");
    for (long seed = 1; seed <= SEEDS; seed++) {
      Optional<?> found;
      try {
        found = (Optional<?>) violation.invoke(run.invoke(null, seed));
      } catch (InvocationTargetException e) {
        found = Optional.of(e.getCause());
      }
      if (found.isPresent()) {
        System.out.printf("%s%n  seed %d: %s%n", mistake, seed, found.get());
        return;
      }
    }
    throw new AssertionError("Not found within " + SEEDS + " seeds: " + mistake);
  }
}

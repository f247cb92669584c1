package io.millrace.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.PackageMatcher;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The arrows between modules and the walls around effects, as docs/architecture.md draws them. */
class ArchitectureTest {
  private static final String ROOT = "io.millrace.";

  /** Each module by its package, with the modules it may import; nothing else of ours. */
  private static final Map<String, Set<String>> MODULES =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("core", Set.of()),
              Map.entry("runtime", Set.of("core")),
              Map.entry("testkit", Set.of("core", "runtime")),
              Map.entry("taskmanager", Set.of("core", "runtime")),
              Map.entry("jobmanager", Set.of("core", "runtime")),
              Map.entry("api", Set.of("core", "runtime")),
              Map.entry("formats", Set.of("core")),
              Map.entry("connectors", Set.of("core")),
              Map.entry("filestore", Set.of("core")),
              Map.entry("testing.kafka", Set.of()),
              Map.entry("testing.s3", Set.of()),
              Map.entry("client", Set.of("core", "runtime", "taskmanager", "jobmanager")),
              Map.entry("testing", Set.of("core", "runtime", "testkit", "client")),
              Map.entry("examples", Set.of("core", "api", "formats", "connectors")),
              Map.entry(
                  "demo",
                  Set.of("core", "runtime", "jobmanager", "client", "examples", "testing.kafka"))));

  /**
   * Where threads are made, clocks are read and dice are thrown. Everything else gets its clock and
   * its executors from here, so that one thread can simulate it.
   */
  private static final String[] EDGES = {
    "io.millrace.runtime.edge..",
    "io.millrace.runtime.exchange.netty..",
    "io.millrace.taskmanager.process..",
    "io.millrace.jobmanager.process..",
    "io.millrace.jobmanager.rest..",
    "io.millrace.api.datastream.source..",
    "io.millrace.client..",
    "io.millrace.connectors..",
    "io.millrace.demo..",
    "io.millrace.testing..",
  };

  /** Packages that use each other, and so are one in the rule against cycles. */
  private static final List<Set<String>> TOGETHER =
      List.of(
          // Functions are given state, state is made with functions, both with types.
          Set.of("core.function", "core.state", "core.types", "core.window"),
          // A graph is made of operators' factories, and refused at submission.
          Set.of("runtime.graph", "runtime.operators", "runtime.submit"),
          // The edge runs tasks, tasks talk to the JobManager, and talking takes threads of the
          // edge.
          Set.of("runtime.edge", "runtime.rpc", "runtime.task"));

  private static final Set<String> THREADS_AND_DICE =
      Set.of(
          "java.lang.Thread",
          "java.util.Random",
          "java.util.SplittableRandom",
          "java.util.Timer",
          "java.security.SecureRandom",
          "java.util.concurrent.ForkJoinPool",
          "java.util.concurrent.ScheduledThreadPoolExecutor",
          "java.util.concurrent.ThreadPoolExecutor");

  private static final Set<String> EFFECTS =
      Set.of(
          "java.lang.Math.random",
          "java.lang.System.currentTimeMillis",
          "java.lang.System.nanoTime",
          "java.lang.Thread.sleep",
          "java.time.Instant.now",
          "java.time.LocalDate.now",
          "java.time.LocalDateTime.now",
          "java.time.ZonedDateTime.now",
          "java.time.Clock.systemUTC",
          "java.time.Clock.systemDefaultZone",
          "java.util.UUID.randomUUID",
          "java.util.concurrent.CompletableFuture.completeOnTimeout",
          "java.util.concurrent.CompletableFuture.delayedExecutor",
          "java.util.concurrent.CompletableFuture.orTimeout",
          "java.util.concurrent.ThreadLocalRandom.current");

  /** Libraries of the engine, which a user's own versions must never meet. */
  private static final List<String> ENGINE_LIBRARIES =
      List.of(
          "io.netty.",
          "io.grpc.",
          "com.google.protobuf.",
          "org.rocksdb.",
          "software.amazon.awssdk.",
          "com.fasterxml.jackson.",
          "org.objectweb.asm.",
          "org.jctools.");

  private static JavaClasses ours;

  @BeforeAll
  static void importClasses() {
    ours =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.millrace");
  }

  static Set<String> modules() {
    return MODULES.keySet();
  }

  @Test
  void everyClassBelongsToAModule() {
    Set<String> found = new TreeSet<>();
    ours.forEach(type -> found.add(moduleOf(type)));
    assertThat(MODULES.keySet()).containsAll(found);
    assertThat(found).contains("core", "runtime", "jobmanager", "connectors", "demo");
  }

  @ParameterizedTest
  @MethodSource("modules")
  void importsPointDown(String module) {
    Set<String> allowed = MODULES.get(module);
    noClasses()
        .that(areOf(module))
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "are of modules other than " + allowed,
                type ->
                    isOurs(type)
                        && !moduleOf(type).equals(module)
                        && !allowed.contains(moduleOf(type))))
        .allowEmptyShould(true)
        .check(ours);
  }

  @Test
  void noPackageIsADrawerForEverything() {
    noClasses()
        .should()
        .resideInAnyPackage(
            "..util..", "..utils..", "..common..", "..misc..", "..helper..", "..helpers..")
        .check(ours);
  }

  @ParameterizedTest
  @MethodSource("modules")
  void packagesOfAModuleHaveNoCycles(String module) {
    slices()
        .assignedFrom(new PackagesOf(module))
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .check(ours);
  }

  /** The packages right below a module's; those that belong together count as one. */
  private record PackagesOf(String module) implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      if (!isOurs(type) || !moduleOf(type).equals(module)) {
        return SliceIdentifier.ignore();
      }
      String below = type.getPackageName().substring(ROOT.length() + module.length());
      if (below.isEmpty()) {
        return SliceIdentifier.ignore(); // the module's own package may use all below it
      }
      String top = module + "." + below.substring(1).split("\\.", 2)[0];
      return SliceIdentifier.of(
          TOGETHER.stream()
              .filter(names -> names.contains(top))
              .findFirst()
              .map(names -> new TreeSet<>(names).toString())
              .orElse(top));
    }

    @Override
    public String getDescription() {
      return "packages of " + module;
    }
  }

  @Test
  void threadsClocksAndDiceAreAtTheEdge() {
    classes()
        .that()
        .resideOutsideOfPackages(EDGES)
        .should(
            new ArchCondition<>("neither start threads, nor read clocks, nor throw dice") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                for (JavaAccess<?> access : type.getAccessesFromSelf()) {
                  if (isEffect(access)) {
                    events.add(SimpleConditionEvent.violated(type, access.getDescription()));
                  }
                }
              }
            })
        .check(ours);
  }

  /**
   * So that the list stays as narrow as the code allows, and the rule is seen to find something.
   */
  @Test
  void everyEdgeIsOne() {
    Set<String> without = new TreeSet<>(List.of(EDGES));
    for (JavaClass type : ours) {
      if (type.getAccessesFromSelf().stream().anyMatch(ArchitectureTest::isEffect)) {
        without.removeIf(edge -> PackageMatcher.of(edge).matches(type.getPackageName()));
      }
    }
    assertThat(without).as("edges without effects").isEmpty();
  }

  private static boolean isEffect(JavaAccess<?> access) {
    if (!(access.getTarget() instanceof CodeUnitAccessTarget target)) {
      return false;
    }
    String owner = target.getOwner().getName();
    String name = target.getName();
    return (name.equals("<init>") && THREADS_AND_DICE.contains(owner))
        || owner.equals("java.util.concurrent.Executors")
        || EFFECTS.contains(owner + "." + name)
        || (owner.equals("java.util.concurrent.CompletableFuture")
                || owner.equals("java.util.concurrent.CompletionStage"))
            && name.endsWith("Async");
  }

  @Test
  void signaturesForUsersNameNoLibraryOfTheEngine() {
    classes()
        .that()
        .resideInAnyPackage(
            "io.millrace.core..",
            "io.millrace.api..",
            "io.millrace.formats..",
            "io.millrace.connectors..")
        .and()
        .arePublic()
        .should(
            new ArchCondition<>("not show types of the engine's libraries") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                for (JavaMember member : type.getMembers()) {
                  if (isVisible(member)) {
                    for (JavaClass shown : shownBy(member)) {
                      if (ENGINE_LIBRARIES.stream().anyMatch(shown.getName()::startsWith)) {
                        events.add(
                            SimpleConditionEvent.violated(
                                type, member.getFullName() + " shows " + shown.getName()));
                      }
                    }
                  }
                }
              }
            })
        .check(ours);
  }

  private static boolean isVisible(JavaMember member) {
    return member.getModifiers().contains(JavaModifier.PUBLIC)
        || member.getModifiers().contains(JavaModifier.PROTECTED);
  }

  private static List<JavaClass> shownBy(JavaMember member) {
    List<JavaClass> shown = new ArrayList<>(member.getAllInvolvedRawTypes());
    if (member instanceof JavaCodeUnit code) {
      code.getParameterTypes().forEach(type -> shown.addAll(type.getAllInvolvedRawTypes()));
      shown.addAll(code.getExceptionTypes());
    }
    return shown;
  }

  private static DescribedPredicate<JavaClass> areOf(String module) {
    return DescribedPredicate.describe(
        "are of " + module, type -> isOurs(type) && moduleOf(type).equals(module));
  }

  private static boolean isOurs(JavaClass type) {
    return type.getPackageName().startsWith(ROOT);
  }

  /** The longest module name that the package begins with, or its first part. */
  private static String moduleOf(JavaClass type) {
    String below = type.getPackageName().substring(ROOT.length());
    String best = "";
    for (String module : MODULES.keySet()) {
      if ((below.equals(module) || below.startsWith(module + "."))
          && module.length() > best.length()) {
        best = module;
      }
    }
    int dot = below.indexOf('.');
    return best.isEmpty() ? (dot < 0 ? below : below.substring(0, dot)) : best;
  }
}

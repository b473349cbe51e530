package dev.gantry.e2e.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// The rules of the modules and of the house, over all classes that ship.
@AnalyzeClasses(
        packages = "dev.gantry",
        importOptions = {
            ImportOption.DoNotIncludeTests.class,
            ArchitectureTest.WithoutTestJars.class
        })
class ArchitectureTest {

    /// Tests of other modules, which this one's tests use, do not ship either.
    static final class WithoutTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    private static final String CONTROL_PLANE = "dev.gantry.controlplane..";
    private static final String AGENT = "dev.gantry.agent..";
    private static final String API = "dev.gantry.api..";
    private static final String LOOP = "dev.gantry.loop..";
    private static final String SCHEDULER = "dev.gantry.scheduler..";
    private static final String CLI = "dev.gantry.cli..";
    private static final String E2E = "dev.gantry.e2e..";

    @ArchTest
    static final ArchRule CONTROL_PLANE_KNOWS_NO_AGENT =
            noClasses()
                    .that()
                    .resideInAPackage(CONTROL_PLANE)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(AGENT, CLI, E2E);

    @ArchTest
    static final ArchRule AGENT_KNOWS_NO_CONTROL_PLANE =
            noClasses()
                    .that()
                    .resideInAPackage(AGENT)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(CONTROL_PLANE, SCHEDULER, CLI, E2E);

    @ArchTest
    static final ArchRule CLI_TALKS_GRPC_ONLY =
            noClasses()
                    .that()
                    .resideInAPackage(CLI)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(CONTROL_PLANE, AGENT, LOOP, SCHEDULER, E2E);

    @ArchTest
    static final ArchRule CONTRACT_STANDS_ALONE =
            noClasses()
                    .that()
                    .resideInAPackage(API)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(CONTROL_PLANE, AGENT, LOOP, SCHEDULER, CLI, E2E);

    @ArchTest
    static final ArchRule LOOP_KNOWS_NO_KIND =
            noClasses()
                    .that()
                    .resideInAPackage(LOOP)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(CONTROL_PLANE, AGENT, API, SCHEDULER, CLI, E2E);

    @ArchTest
    static final ArchRule SCHEDULER_IS_PURE =
            noClasses()
                    .that()
                    .resideInAPackage(SCHEDULER)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            CONTROL_PLANE,
                            AGENT,
                            API,
                            LOOP,
                            CLI,
                            E2E,
                            "java.io..",
                            "java.nio..",
                            "java.net..",
                            "java.util.concurrent..",
                            "com.google.protobuf..");

    @ArchTest
    static final ArchRule KERNEL_CALLS_ARE_IN_ONE_PACKAGE =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("dev.gantry.agent.sys..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("com.sun.jna..");

    @ArchTest
    static final ArchRule PLANNERS_READ_NO_CLOCK =
            noClasses()
                    .that()
                    .haveSimpleNameEndingWith("Planner")
                    .or()
                    .resideInAPackage(SCHEDULER)
                    .should()
                    .callMethod(java.time.Instant.class, "now")
                    .orShould()
                    .callMethod(System.class, "currentTimeMillis")
                    .orShould()
                    .callMethod(System.class, "nanoTime")
                    .orShould()
                    .callMethod(Math.class, "random");

    @ArchTest
    static final ArchRule NOTHING_BELOW_A_MAIN_SLEEPS =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(E2E)
                    .and()
                    .haveSimpleNameNotEndingWith("Main")
                    .should()
                    .callMethod(Thread.class, "sleep", long.class)
                    .orShould()
                    .callMethod(Thread.class, "sleep", java.time.Duration.class);

    @ArchTest
    static final ArchRule ONLY_A_MAIN_ENDS_THE_PROCESS =
            noClasses()
                    .that()
                    .haveSimpleNameNotEndingWith("Main")
                    .and()
                    .resideOutsideOfPackages(E2E)
                    .should()
                    .callMethod(System.class, "exit", int.class);

    @ArchTest
    static final ArchRule NO_CYCLES_IN_THE_CONTROL_PLANE =
            slices().matching("dev.gantry.controlplane.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule NO_CYCLES_IN_THE_AGENT =
            slices().matching("dev.gantry.agent.(*)..").should().beFreeOfCycles();
}

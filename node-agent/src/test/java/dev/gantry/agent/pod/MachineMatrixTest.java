package dev.gantry.agent.pod;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// The tables of [ContainerMachine] and [StageMachine], executed: every pair of state and event,
/// unlisted is illegal.
class MachineMatrixTest {
    private static final Instant T = Instant.EPOCH;
    private static final ProbeTracks NO_PROBES = new ProbeTracks(List.of(), false);

    private static final List<ContainerState> STATES =
            List.of(
                    new ContainerState.Idle(),
                    new ContainerState.Pulling(),
                    new ContainerState.Held("r", "m", T, T),
                    new ContainerState.Launching("id"),
                    new ContainerState.Running("id", T, NO_PROBES),
                    new ContainerState.Stopping("id", T, T, false),
                    new ContainerState.BackOff(T),
                    new ContainerState.Ended());

    private static final List<ContainerEvent> EVENTS =
            List.of(
                    new ContainerEvent.Begun(),
                    new ContainerEvent.Blocked("r", "m", T, T),
                    new ContainerEvent.LaunchAsked("id"),
                    new ContainerEvent.Launched(T, NO_PROBES),
                    new ContainerEvent.Exited(Optional.of(T)),
                    new ContainerEvent.StopAsked(T),
                    new ContainerEvent.GraceOver(),
                    new ContainerEvent.Probed(NO_PROBES));

    private static final Map<String, String> CONTAINER =
            new TreeMap<>(
                    Map.ofEntries(
                            Map.entry("Idle Begun", "Pulling"),
                            Map.entry("Idle StopAsked", "Ended"),
                            Map.entry("Pulling Blocked", "Held"),
                            Map.entry("Pulling LaunchAsked", "Launching"),
                            Map.entry("Pulling StopAsked", "Ended"),
                            Map.entry("Held Begun", "Pulling"),
                            Map.entry("Held StopAsked", "Ended"),
                            Map.entry("Launching Blocked", "Held"),
                            Map.entry("Launching Launched", "Running"),
                            Map.entry("Launching Exited", "BackOff"),
                            Map.entry("Running Exited", "BackOff"),
                            Map.entry("Running StopAsked", "Stopping"),
                            Map.entry("Running Probed", "Running"),
                            Map.entry("Stopping Exited", "BackOff"),
                            Map.entry("Stopping StopAsked", "Stopping"),
                            Map.entry("Stopping GraceOver", "Stopping"),
                            Map.entry("BackOff Begun", "Pulling"),
                            Map.entry("BackOff StopAsked", "Ended")));

    private static final List<Stage> STAGES =
            List.of(
                    new Stage.Fresh(),
                    new Stage.Preparing(),
                    new Stage.Held("r", "m", T, 1),
                    new Stage.Active(),
                    new Stage.Stopping(),
                    new Stage.Releasing(false),
                    new Stage.Finished(),
                    new Stage.Gone());

    private static final List<StageEvent> STAGE_EVENTS =
            List.of(
                    new StageEvent.PrepareAsked(),
                    new StageEvent.Prepared(),
                    new StageEvent.PrepareFailed("r", "m", T, 1),
                    new StageEvent.StopAsked(),
                    new StageEvent.ReleaseAsked(true),
                    new StageEvent.Released());

    private static final Map<String, String> STAGE =
            new TreeMap<>(
                    Map.ofEntries(
                            Map.entry("Fresh PrepareAsked", "Preparing"),
                            Map.entry("Fresh ReleaseAsked", "Releasing"),
                            Map.entry("Preparing Prepared", "Active"),
                            Map.entry("Preparing PrepareFailed", "Held"),
                            Map.entry("Held PrepareAsked", "Preparing"),
                            Map.entry("Held ReleaseAsked", "Releasing"),
                            Map.entry("Active StopAsked", "Stopping"),
                            Map.entry("Active ReleaseAsked", "Releasing"),
                            Map.entry("Stopping ReleaseAsked", "Releasing"),
                            Map.entry("Releasing Released", "Finished"),
                            Map.entry("Finished ReleaseAsked", "Releasing")));

    @Test
    void everyContainerPairIsAsTheTableSays() {
        SortedSet<String> visited = new TreeSet<>();
        for (var state : STATES) {
            for (var event : EVENTS) {
                var pair = name(state) + " " + name(event);
                var next = ContainerMachine.next(state, event).map(MachineMatrixTest::name);
                assertThat(next.orElse("illegal"))
                        .as(pair)
                        .isEqualTo(CONTAINER.getOrDefault(pair, "illegal"));
                next.ifPresent(_ -> visited.add(pair));
            }
        }
        assertThat(visited).isEqualTo(CONTAINER.keySet());
    }

    @Test
    void everyStagePairIsAsTheTableSays() {
        SortedSet<String> visited = new TreeSet<>();
        for (var stage : STAGES) {
            for (var event : STAGE_EVENTS) {
                var pair = name(stage) + " " + name(event);
                var next = StageMachine.next(stage, event).map(MachineMatrixTest::name);
                assertThat(next.orElse("illegal"))
                        .as(pair)
                        .isEqualTo(STAGE.getOrDefault(pair, "illegal"));
                next.ifPresent(_ -> visited.add(pair));
            }
        }
        assertThat(visited).isEqualTo(STAGE.keySet());
    }

    @Test
    void anEndWithoutRestartIsFinal() {
        var event = new ContainerEvent.Exited(Optional.empty());
        assertThat(ContainerMachine.next(STATES.get(4), event))
                .contains(new ContainerState.Ended());
    }

    @Test
    void releasingForGoodEndsInGone() {
        assertThat(StageMachine.next(new Stage.Releasing(true), new StageEvent.Released()))
                .contains(new Stage.Gone());
    }

    private static String name(Object value) {
        return value.getClass().getSimpleName();
    }
}

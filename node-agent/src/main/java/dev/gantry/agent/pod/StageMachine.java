package dev.gantry.agent.pod;

import dev.gantry.agent.pod.Stage.Active;
import dev.gantry.agent.pod.Stage.Finished;
import dev.gantry.agent.pod.Stage.Fresh;
import dev.gantry.agent.pod.Stage.Gone;
import dev.gantry.agent.pod.Stage.Held;
import dev.gantry.agent.pod.Stage.Preparing;
import dev.gantry.agent.pod.Stage.Releasing;
import dev.gantry.agent.pod.Stage.Stopping;
import dev.gantry.agent.pod.StageEvent.PrepareAsked;
import dev.gantry.agent.pod.StageEvent.PrepareFailed;
import dev.gantry.agent.pod.StageEvent.Prepared;
import dev.gantry.agent.pod.StageEvent.ReleaseAsked;
import dev.gantry.agent.pod.StageEvent.Released;
import dev.gantry.agent.pod.StageEvent.StopAsked;
import java.util.Optional;

/// The life of a pod as a whole, as a pure function.
///
/// | from | PrepareAsked | Prepared | PrepareFailed | StopAsked | ReleaseAsked | Released |
/// |---|---|---|---|---|---|---|
/// | Fresh | Preparing | - | - | - | Releasing | - |
/// | Preparing | - | Active | Held | - | - | - |
/// | Held | Preparing | - | - | - | Releasing | - |
/// | Active | - | - | - | Stopping | Releasing | - |
/// | Stopping | - | - | - | - | Releasing | - |
/// | Releasing | - | - | - | - | - | Finished or Gone |
/// | Finished | - | - | - | - | Releasing | - |
/// | Gone | - | - | - | - | - | - |
public final class StageMachine {
    private StageMachine() {}

    /// The stage after `event`, or empty when the pair is illegal.
    public static Optional<Stage> next(Stage stage, StageEvent event) {
        return switch (stage) {
            case Fresh _ -> unprepared(event);
            case Held _ -> unprepared(event);
            case Preparing _ -> preparing(event);
            case Active _ -> active(event);
            case Stopping _ -> ended(event);
            case Finished _ -> ended(event);
            case Releasing(var leaving) -> releasing(leaving, event);
            case Gone _ -> Optional.empty();
        };
    }

    private static Optional<Stage> unprepared(StageEvent event) {
        return switch (event) {
            case PrepareAsked _ -> Optional.of(new Preparing());
            case ReleaseAsked(var leaving) -> Optional.of(new Releasing(leaving));
            case Prepared _, PrepareFailed _, StopAsked _, Released _ -> Optional.empty();
        };
    }

    private static Optional<Stage> preparing(StageEvent event) {
        return switch (event) {
            case Prepared _ -> Optional.of(new Active());
            case PrepareFailed(var reason, var message, var until, var failures) ->
                    Optional.of(new Held(reason, message, until, failures));
            case PrepareAsked _, StopAsked _, ReleaseAsked _, Released _ -> Optional.empty();
        };
    }

    private static Optional<Stage> active(StageEvent event) {
        return switch (event) {
            case StopAsked _ -> Optional.of(new Stopping());
            case ReleaseAsked(var leaving) -> Optional.of(new Releasing(leaving));
            case PrepareAsked _, Prepared _, PrepareFailed _, Released _ -> Optional.empty();
        };
    }

    private static Optional<Stage> ended(StageEvent event) {
        return switch (event) {
            case ReleaseAsked(var leaving) -> Optional.of(new Releasing(leaving));
            case PrepareAsked _, Prepared _, PrepareFailed _, StopAsked _, Released _ ->
                    Optional.empty();
        };
    }

    private static Optional<Stage> releasing(boolean leaving, StageEvent event) {
        return switch (event) {
            case Released _ -> Optional.of(leaving ? new Gone() : new Finished());
            case PrepareAsked _, Prepared _, PrepareFailed _, StopAsked _, ReleaseAsked _ ->
                    Optional.empty();
        };
    }
}

package dev.gantry.agent.pod;

import dev.gantry.agent.pod.PodAction.Note;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// One step of a pod's machine while it is computed: the state so far and the actions so far. Lives
/// on one stack.
final class Turn {
    final Instant now;
    private final List<PodAction> actions = new ArrayList<>();
    private PodState state;

    Turn(PodState state, Instant now) {
        this.state = state;
        this.now = now;
    }

    PodState state() {
        return state;
    }

    List<PodAction> actions() {
        return actions;
    }

    void set(PodState next) {
        state = next;
    }

    void act(PodAction action) {
        actions.add(action);
    }

    void note(String reason, String message, Member member) {
        actions.add(new Note(false, reason, message, member.name()));
    }

    void warn(String reason, String message, Member member) {
        actions.add(new Note(true, reason, message, member.name()));
    }

    /// Applies an event to the pod's stage; false when it does not fit, which is a message that
    /// came late.
    boolean stage(StageEvent event) {
        var next = StageMachine.next(state.stage(), event);
        next.ifPresent(stage -> state = state.withStage(stage));
        return next.isPresent();
    }

    /// Applies an event to a member; false when it does not fit.
    boolean member(Member member, ContainerEvent event) {
        var next = ContainerMachine.next(member.state(), event);
        next.ifPresent(s -> state = state.withMember(current(member).with(s)));
        return next.isPresent();
    }

    /// Replaces what a member remembers.
    void remember(Member member, History history) {
        state = state.withMember(current(member).with(history));
    }

    /// The member as it is by now.
    Member current(Member member) {
        return state.member(member.name()).orElseThrow();
    }
}

package dev.gantry.cli.resource;

import com.google.protobuf.Message;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.cli.output.Progress;
import dev.gantry.cli.output.Titles;
import dev.gantry.cli.session.CommandException;
import dev.gantry.cli.session.Session;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Waits until objects are ready, and shows how far they are.
final class ReadyWait {
    private final Session session;
    private final Duration timeout;

    ReadyWait(Session session, Duration timeout) {
        this.session = session;
        this.timeout = timeout;
    }

    /// @return the exit code
    int await(List<ObjectKey> keys) throws InterruptedException {
        Deadline deadline = new Deadline(timeout);
        Progress progress = new Progress(session.console());
        List<Readiness> states = new ArrayList<>();
        while (true) {
            try {
                states = states(keys);
                progress.show(
                        states.stream()
                                .filter(Readiness::worthShowing)
                                .map(s -> s.title() + ": " + s.text())
                                .toList());
                if (states.stream().allMatch(Readiness::done)) {
                    return 0;
                }
                states.stream()
                        .filter(Readiness::failed)
                        .findFirst()
                        .ifPresent(s -> {
                            throw new CommandException(s.title() + ": " + s.text());
                        });
            } catch (StatusRuntimeException e) {
                // A control plane that is restarting is no reason to give up before the deadline.
                if (e.getStatus().getCode() != Status.Code.UNAVAILABLE || deadline.isOver()) {
                    throw e;
                }
            }
            if (!deadline.pause()) {
                throw new CommandException(late(states));
            }
        }
    }

    private String late(List<Readiness> states) {
        List<String> lines = new ArrayList<>();
        lines.add("not ready after " + timeout.toSeconds() + " s");
        for (Readiness state : states) {
            if (!state.done()) {
                lines.add("  " + state.title() + ": " + state.text());
                state.reasons().forEach(reason -> lines.add("    " + reason));
            }
        }
        lines.add("See gantry describe, gantry events; what was applied stays");
        return String.join("\n", lines);
    }

    private List<Readiness> states(List<ObjectKey> keys) {
        List<Readiness> states = new ArrayList<>();
        for (ObjectKey key : keys) {
            Optional<Message> object = session.client().find(key);
            states.add(
                    object.map(o -> Readiness.of(o, session.client()))
                            .orElseGet(() ->
                                    new Readiness(
                                            Titles.of(key),
                                            Readiness.State.FAILED,
                                            "was deleted",
                                            List.of())));
        }
        return states;
    }
}

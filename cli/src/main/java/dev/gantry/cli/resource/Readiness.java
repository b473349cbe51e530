package dev.gantry.cli.resource;

import com.google.protobuf.Message;
import dev.gantry.api.apps.v1.Deployment;
import dev.gantry.api.apps.v1.DeploymentCondition;
import dev.gantry.api.apps.v1.DeploymentStatus;
import dev.gantry.api.apps.v1.ReplicaSet;
import dev.gantry.api.core.v1.ContainerStatus;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.PodCondition;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.selector.Selectors;
import dev.gantry.api.table.PodRow;
import dev.gantry.cli.output.Titles;
import dev.gantry.cli.session.Client;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How far one object is.
///
/// @param text one line
/// @param reasons what its pods say that are not ready
record Readiness(String title, State state, String text, List<String> reasons) {

    enum State {
        WAITING,
        READY,
        FAILED,
        /// Objects of kinds that are never anything else.
        TRIVIAL
    }

    private static final int REASONS_MAX = 5;

    boolean done() {
        return state == State.READY || state == State.TRIVIAL;
    }

    boolean failed() {
        return state == State.FAILED;
    }

    boolean worthShowing() {
        return state != State.TRIVIAL;
    }

    static Readiness of(Message object, Client client) {
        String title = Titles.of(ObjectKey.of(object));
        return switch (object) {
            case Pod pod -> of(title, pod);
            case Deployment deployment -> of(title, deployment, client);
            case ReplicaSet set -> {
                int wanted = set.getSpec().hasReplicas() ? set.getSpec().getReplicas() : 1;
                int ready = set.getStatus().getReadyReplicas();
                boolean done =
                        ready == wanted && set.getStatus().getReplicas() == wanted && seen(set);
                yield new Readiness(
                        title,
                        done ? State.READY : State.WAITING,
                        ready + " of " + wanted + " pods ready",
                        List.of());
            }
            default -> new Readiness(title, State.TRIVIAL, "there", List.of());
        };
    }

    private static boolean seen(ReplicaSet set) {
        return set.getStatus().getObservedGeneration() >= set.getMetadata().getGeneration();
    }

    private static Readiness of(String title, Pod pod) {
        boolean ended = pod.getStatus().getPhase().equals("Succeeded");
        if (ended || ready(pod)) {
            return new Readiness(title, State.READY, ended ? "completed" : "ready", List.of());
        }
        if (pod.getStatus().getPhase().equals("Failed")) {
            return new Readiness(title, State.FAILED, "failed: " + why(pod), List.of());
        }
        return new Readiness(title, State.WAITING, why(pod), List.of());
    }

    private static Readiness of(String title, Deployment deployment, Client client) {
        DeploymentStatus status = deployment.getStatus();
        int wanted = deployment.getSpec().hasReplicas() ? deployment.getSpec().getReplicas() : 1;
        boolean seen = status.getObservedGeneration() >= deployment.getMetadata().getGeneration();
        boolean done =
                seen
                        && status.getUpdatedReplicas() == wanted
                        && status.getReplicas() == wanted
                        && status.getAvailableReplicas() == wanted;
        int available = seen ? Math.min(status.getAvailableReplicas(), wanted) : 0;
        String text =
                available
                        + " of "
                        + wanted
                        + " pods ready"
                        + (seen && status.getUpdatedReplicas() < wanted
                                ? ", " + status.getUpdatedReplicas() + " updated"
                                : "");
        if (done) {
            return new Readiness(title, State.READY, text, List.of());
        }
        Optional<String> stuck =
                status.getConditionsList().stream()
                        .filter(c -> c.getType().equals("Progressing"))
                        .filter(c -> seen && c.getReason().equals("ProgressDeadlineExceeded"))
                        .map(DeploymentCondition::getMessage)
                        .findFirst();
        List<String> reasons = reasons(deployment, client);
        String first = reasons.isEmpty() ? "" : "; " + reasons.getFirst();
        return new Readiness(
                title,
                stuck.isPresent() ? State.FAILED : State.WAITING,
                text + stuck.map(s -> "; " + s).orElse("") + first,
                reasons);
    }

    private static List<String> reasons(Deployment deployment, Client client) {
        var query =
                new Client.Query(
                        Kinds.POD,
                        deployment.getMetadata().getNamespace(),
                        Selectors.of(deployment.getSpec().getSelector()).toString(),
                        "");
        List<String> reasons = new ArrayList<>();
        for (Message object : client.list(query).objects()) {
            Pod pod = (Pod) object;
            boolean leaving = pod.getMetadata().hasDeletionTimestamp();
            if (!leaving && !ready(pod) && reasons.size() < REASONS_MAX) {
                reasons.add(pod.getMetadata().getName() + ": " + why(pod));
            }
        }
        return reasons;
    }

    static boolean ready(Pod pod) {
        return pod.getStatus().getConditionsList().stream()
                .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
    }

    /// Why a pod is not ready, in a line.
    static String why(Pod pod) {
        List<ContainerStatus> all = new ArrayList<>(pod.getStatus().getInitContainerStatusesList());
        all.addAll(pod.getStatus().getContainerStatusesList());
        String word = PodRow.status(pod);
        for (ContainerStatus status : all) {
            var waiting = status.getState().getWaiting();
            if (!waiting.getMessage().isEmpty()) {
                return word + ": " + waiting.getMessage();
            }
            var ended = status.getState().getTerminated();
            if (status.getState().hasTerminated() && ended.getExitCode() != 0) {
                return word
                        + ": container "
                        + status.getName()
                        + " ended with exit code "
                        + ended.getExitCode()
                        + (ended.getMessage().isEmpty() ? "" : ": " + ended.getMessage());
            }
        }
        for (PodCondition condition : pod.getStatus().getConditionsList()) {
            boolean told = !condition.getMessage().isEmpty();
            if (condition.getStatus().equals("False") && told) {
                return word + ": " + condition.getMessage();
            }
        }
        return word + (word.equals("Running") ? ", not ready yet" : "");
    }
}

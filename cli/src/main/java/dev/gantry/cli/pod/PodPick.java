package dev.gantry.cli.pod;

import com.google.protobuf.Message;
import dev.gantry.api.apps.v1.Deployment;
import dev.gantry.api.apps.v1.ReplicaSet;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.Service;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.selector.Selectors;
import dev.gantry.cli.command.UsageException;
import dev.gantry.cli.output.Titles;
import dev.gantry.cli.resource.Targets;
import dev.gantry.cli.session.Client;
import dev.gantry.cli.session.CommandException;
import dev.gantry.cli.session.Session;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Finds the pod that a word means: `web-0`, `pod/web-0`, `deployment/web`, `service/web`.
final class PodPick {
    private PodPick() {}

    static Pod of(String word, Session session) {
        ObjectKey key = Targets.one(word, Kinds.POD, session);
        Message object = session.client().get(key);
        if (object instanceof Pod pod) {
            return pod;
        }
        List<Pod> pods = new ArrayList<>(pods(key.namespace(), selector(object), session));
        pods.removeIf(pod -> pod.getMetadata().hasDeletionTimestamp() && pods.size() > 1);
        // Those that are ready first, then the oldest.
        return pods.stream()
                .min(
                        Comparator.comparingInt((Pod pod) -> ready(pod) ? 0 : running(pod) ? 1 : 2)
                                .thenComparingLong(pod ->
                                        pod.getMetadata().getCreationTimestamp().getSeconds())
                                .thenComparing(pod -> pod.getMetadata().getName()))
                .orElseThrow(() ->
                        new CommandException(
                                Titles.of(key)
                                        + " has no pods. See gantry describe "
                                        + Titles.of(key)));
    }

    static String selector(Message object) {
        return switch (object) {
            case Deployment d -> Selectors.of(d.getSpec().getSelector()).toString();
            case ReplicaSet r -> Selectors.of(r.getSpec().getSelector()).toString();
            case Service s -> Selectors.of(s.getSpec().getSelectorMap()).toString();
            default ->
                    throw new UsageException(
                            Titles.of(ObjectKey.of(object)) + " is nothing that has pods");
        };
    }

    static List<Pod> pods(String namespace, String selector, Session session) {
        if (selector.isEmpty()) {
            return List.of();
        }
        return session
                .client()
                .list(new Client.Query(Kinds.POD, namespace, selector, ""))
                .objects()
                .stream()
                .map(Pod.class::cast)
                .toList();
    }

    static boolean ready(Pod pod) {
        return pod.getStatus().getConditionsList().stream()
                .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
    }

    private static boolean running(Pod pod) {
        return pod.getStatus().getPhase().equals("Running");
    }
}

package dev.gantry.controlplane.node.grpc;

import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.node.NodeSession;
import dev.gantry.controlplane.node.NodeSessions;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.stream.Stream;

/// Finds the pod, container and session that a call is about, or says plainly what is in the way.
final class PodLookup {
    private static final String DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container";

    private final ObjectStore objects;
    private final NodeSessions sessions;

    PodLookup(ObjectStore objects, NodeSessions sessions) {
        this.objects = objects;
        this.sessions = sessions;
    }

    Pod pod(String namespace, String name) throws InterruptedException {
        var key = new ObjectKey(Kinds.POD, namespace.isEmpty() ? "default" : namespace, name);
        if (objects.get(key).isEmpty()) {
            // Created a moment ago, perhaps, through another replica.
            objects.awaitFresh();
        }
        return objects.get(key)
                .map(Pod.class::cast)
                .orElseThrow(() -> failure(Status.NOT_FOUND, key + " not found"));
    }

    /// The pod, when its containers may run.
    Pod running(String namespace, String name) throws InterruptedException {
        Pod pod = pod(namespace, name);
        String phase = pod.getStatus().getPhase();
        if (phase.equals("Succeeded") || phase.equals("Failed")) {
            throw failure(
                    Status.FAILED_PRECONDITION,
                    ObjectKey.of(pod) + " does not run any more (" + phase + ")");
        }
        return pod;
    }

    /// The session of the pod's node.
    NodeSession session(Pod pod) {
        String node = pod.getSpec().getNodeName();
        if (node.isEmpty()) {
            throw failure(
                    Status.FAILED_PRECONDITION,
                    ObjectKey.of(pod) + " is not assigned to a node yet");
        }
        return sessions.of(node)
                .orElseThrow(() ->
                        failure(
                                Status.UNAVAILABLE,
                                "node "
                                        + node
                                        + ", where "
                                        + ObjectKey.of(pod)
                                        + " is, is not connected"));
    }

    /// The container that is meant: the one named, else the default one.
    String container(Pod pod, String name) {
        List<String> names =
                Stream.of(
                                pod.getSpec().getContainersList().stream(),
                                pod.getSpec().getInitContainersList().stream())
                        .flatMap(containers -> containers)
                        .map(Container::getName)
                        .toList();
        if (name.isEmpty()) {
            String preferred = pod.getMetadata().getAnnotationsOrDefault(DEFAULT_CONTAINER, "");
            return names.contains(preferred) ? preferred : names.getFirst();
        }
        if (!names.contains(name)) {
            throw failure(
                    Status.NOT_FOUND,
                    ObjectKey.of(pod)
                            + " has no container "
                            + name
                            + "; it has "
                            + String.join(", ", names));
        }
        return name;
    }

    static StatusRuntimeException failure(Status status, String message) {
        return status.withDescription(message).asRuntimeException();
    }
}

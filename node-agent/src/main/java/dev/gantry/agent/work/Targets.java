package dev.gantry.agent.work;

import dev.gantry.agent.pod.Member;
import dev.gantry.agent.pod.PodAgent;
import dev.gantry.agent.pod.PodState;
import dev.gantry.agent.session.WorkException;
import dev.gantry.agent.session.WorkException.Reason;

/// Finds the pod and container that a request names.
final class Targets {
    private static final String DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container";

    private final PodAgent agent;

    Targets(PodAgent agent) {
        this.agent = agent;
    }

    /// A container of a pod on this node.
    record Target(PodState pod, Member member) {
        /// The id of its run.
        ///
        /// @throws WorkException when it does not run
        String runId() {
            return member.runId()
                    .orElseThrow(() ->
                            new WorkException(
                                    Reason.NOT_POSSIBLE_NOW,
                                    "container %s of pod %s does not run"
                                            .formatted(member.name(), pod.key())));
        }
    }

    /// The pod; of two with one name the one that is not on its way out.
    PodState pod(String namespace, String name) {
        var key = namespace + "/" + name;
        return agent.pods().values().stream()
                .filter(s -> s.key().equals(key))
                .min(java.util.Comparator.comparing(s -> s.departure().isPresent()))
                .orElseThrow(() ->
                        new WorkException(Reason.NOT_FOUND, "pod " + key + " is not on this node"));
    }

    Target container(String namespace, String podName, String name) {
        var pod = pod(namespace, podName);
        var wanted = name;
        if (wanted.isEmpty()) {
            wanted =
                    pod.pod().getMetadata().getAnnotationsMap().getOrDefault(DEFAULT_CONTAINER, "");
        }
        if (wanted.isEmpty()) {
            wanted = pod.pod().getSpec().getContainers(0).getName();
        }
        var found = pod.member(wanted);
        if (found.isEmpty()) {
            var names = pod.members().stream().map(Member::name).toList();
            throw new WorkException(
                    Reason.NOT_FOUND,
                    "container %s is not in pod %s, which has %s"
                            .formatted(wanted, pod.key(), String.join(", ", names)));
        }
        return new Target(pod, found.get());
    }
}

package dev.gantry.agent.spec;

import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.PodSpec;
import java.util.ArrayList;
import java.util.List;

/// Kubernetes' quality of service class of a pod: it follows from requests and limits alone, and
/// decides who is killed first when memory runs out.
public enum QualityOfService {
    GUARANTEED("Guaranteed"),
    BURSTABLE("Burstable"),
    BEST_EFFORT("BestEffort");

    private static final List<String> COUNTED = List.of("cpu", "memory");

    private final String word;

    QualityOfService(String word) {
        this.word = word;
    }

    /// As the status names it.
    public String word() {
        return word;
    }

    /// The class of a pod.
    public static QualityOfService of(PodSpec spec) {
        var containers = new ArrayList<Container>(spec.getInitContainersList());
        containers.addAll(spec.getContainersList());
        boolean any = false;
        boolean all = true;
        for (var container : containers) {
            var resources = container.getResources();
            for (var resource : COUNTED) {
                var limit = resources.getLimitsMap().get(resource);
                var request = resources.getRequestsMap().get(resource);
                any |= limit != null || request != null;
                all &= limit != null && (request == null || request.equals(limit));
            }
        }
        if (!any) {
            return BEST_EFFORT;
        }
        return all ? GUARANTEED : BURSTABLE;
    }
}

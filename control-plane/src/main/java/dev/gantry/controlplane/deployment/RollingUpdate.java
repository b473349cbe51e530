package dev.gantry.controlplane.deployment;

import dev.gantry.api.apps.v1.ReplicaSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The arithmetic of a rolling update: how many pods each ReplicaSet should have next. Pure; the
/// rules are Kubernetes' (deployment controller, `rolling.go` and `sync.go`).
final class RollingUpdate {

    private RollingUpdate() {}

    /// How many pods the current set should have next.
    ///
    /// @param total pods that all sets ask for now
    static int grown(RolloutBounds bounds, int current, int total) {
        if (current >= bounds.desired()) {
            return bounds.desired();
        }
        int room = bounds.maxTotal() - total;
        return room <= 0 ? current : current + Math.min(room, bounds.desired() - current);
    }

    /// How many pods each old set should have next: those that are not available go first, then as
    /// many available ones as the bounds allow, oldest set first.
    ///
    /// @param old oldest first
    static Map<ReplicaSet, Integer> shrunk(
            RolloutBounds bounds, ReplicaSet current, List<ReplicaSet> old) {
        Map<ReplicaSet, Integer> sizes = new LinkedHashMap<>();
        old.forEach(set -> sizes.put(set, set.getSpec().getReplicas()));
        int total = sum(sizes) + current.getSpec().getReplicas();
        int currentUnavailable =
                Math.max(
                        0,
                        current.getSpec().getReplicas()
                                - current.getStatus().getAvailableReplicas());
        int cleanup = total - bounds.minAvailable() - currentUnavailable;
        if (cleanup <= 0) {
            return sizes;
        }
        for (ReplicaSet set : old) {
            int size = set.getSpec().getReplicas();
            int broken = Math.max(0, size - set.getStatus().getAvailableReplicas());
            int gone = Math.min(cleanup, broken);
            sizes.put(set, size - gone);
            cleanup -= gone;
        }
        int available = current.getStatus().getAvailableReplicas();
        for (ReplicaSet set : old) {
            available += Math.min(set.getStatus().getAvailableReplicas(), size(sizes, set));
        }
        int spare = available - bounds.minAvailable();
        for (ReplicaSet set : old) {
            int gone = Math.clamp(spare, 0, size(sizes, set));
            sizes.put(set, size(sizes, set) - gone);
            spare -= gone;
        }
        return sizes;
    }

    /// How many pods each set should have when the wanted number changed in the middle of a
    /// rollout: the difference is shared out in proportion, largest set first, the rest to the
    /// first.
    ///
    /// @param sets those with pods
    static Map<ReplicaSet, Integer> proportional(RolloutBounds bounds, List<ReplicaSet> sets) {
        int total = sets.stream().mapToInt(set -> set.getSpec().getReplicas()).sum();
        int difference = bounds.maxTotal() - total;
        List<ReplicaSet> order = new ArrayList<>(sets);
        order.sort((a, b) -> {
            int bySize = Integer.compare(b.getSpec().getReplicas(), a.getSpec().getReplicas());
            return bySize != 0 ? bySize : Revisions.byAge().compare(b, a);
        });
        Map<ReplicaSet, Integer> sizes = new LinkedHashMap<>();
        int left = difference;
        for (ReplicaSet set : order) {
            int size = set.getSpec().getReplicas();
            long exact = total == 0 ? 0 : (long) difference * size / total;
            int share = Math.toIntExact(exact);
            sizes.put(set, Math.max(0, size + share));
            left -= share;
        }
        if (!order.isEmpty() && left != 0) {
            sizes.merge(order.getFirst(), left, (a, b) -> Math.max(0, a + b));
        }
        return sizes;
    }

    private static int sum(Map<ReplicaSet, Integer> sizes) {
        return sizes.values().stream().mapToInt(Integer::intValue).sum();
    }

    private static int size(Map<ReplicaSet, Integer> sizes, ReplicaSet set) {
        return sizes.getOrDefault(set, 0);
    }
}

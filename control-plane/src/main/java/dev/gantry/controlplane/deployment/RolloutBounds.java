package dev.gantry.controlplane.deployment;

import dev.gantry.api.apps.v1.Deployment;
import dev.gantry.api.intstr.IntOrString;

/// How far a rolling update may stray from the wanted number of pods.
///
/// @param desired `spec.replicas`
/// @param surge pods above it, 0 or more
/// @param unavailable pods below it, 0 or more; at least 1 when surge is 0, or nothing could move
record RolloutBounds(int desired, int surge, int unavailable) {

    private static final int PERCENT = 100;

    /// The bounds that a deployment sets: percentages of the wanted number, the surge rounded up
    /// and the unavailable rounded down (Kubernetes' `ResolveFenceposts`).
    static RolloutBounds of(Deployment deployment) {
        int desired = deployment.getSpec().getReplicas();
        if (isRecreate(deployment)) {
            return new RolloutBounds(desired, 0, desired);
        }
        var rolling = deployment.getSpec().getStrategy().getRollingUpdate();
        int surge = scaled(rolling.getMaxSurge(), desired, true);
        int unavailable = scaled(rolling.getMaxUnavailable(), desired, false);
        return new RolloutBounds(
                desired,
                surge,
                surge == 0 && unavailable == 0 ? 1 : Math.min(unavailable, desired));
    }

    static boolean isRecreate(Deployment deployment) {
        return deployment.getSpec().getStrategy().getType().equals("Recreate");
    }

    int maxTotal() {
        return desired + surge;
    }

    int minAvailable() {
        return desired - unavailable;
    }

    private static int scaled(IntOrString value, int total, boolean up) {
        String text = value.getStrVal();
        if (text.isEmpty()) {
            return Math.max(0, value.getIntVal());
        }
        // Validated on the way in: digits and a per cent sign.
        long percent = Long.parseLong(text.substring(0, text.length() - 1));
        long product = percent * total;
        return Math.toIntExact(up ? Math.ceilDiv(product, PERCENT) : product / PERCENT);
    }
}

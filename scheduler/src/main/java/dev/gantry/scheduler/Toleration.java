package dev.gantry.scheduler;

import java.util.Optional;

/// What a pod puts up with (Kubernetes' API, core/v1 Toleration).
///
/// @param key empty with `exists`: every taint
/// @param exists true for operator Exists, false for Equal
/// @param effect absent: every effect
public record Toleration(String key, boolean exists, String value, Optional<Taint.Effect> effect) {

    /// Whether this toleration covers `taint`.
    public boolean tolerates(Taint taint) {
        if (effect.isPresent() && effect.get() != taint.effect()) {
            return false;
        }
        if (!key.isEmpty() && !key.equals(taint.key())) {
            return false;
        }
        return exists || (!key.isEmpty() && value.equals(taint.value()));
    }
}

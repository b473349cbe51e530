package dev.gantry.api.validation;

import com.google.protobuf.Message;
import dev.gantry.api.core.v1.ConfigMap;
import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.PodSpec;
import dev.gantry.api.core.v1.Secret;
import dev.gantry.api.core.v1.Service;
import java.util.List;

/// Which fields may not change once an object is stored.
final class Immutable {
    private Immutable() {}

    static void same(Object before, Object after, String field, Findings found) {
        if (!before.equals(after)) {
            Object shown = after instanceof Message ? "{...}" : after;
            found.invalid(field, shown, "field is immutable");
        }
    }

    static void configMap(ConfigMap before, ConfigMap after, Findings found) {
        if (!before.getImmutable()) {
            return;
        }
        String detail = "field is immutable when `immutable` is set";
        if (!after.getImmutable()) {
            found.forbidden("immutable", detail);
        }
        if (!before.getDataMap().equals(after.getDataMap())) {
            found.forbidden("data", detail);
        }
        if (!before.getBinaryDataMap().equals(after.getBinaryDataMap())) {
            found.forbidden("binaryData", detail);
        }
    }

    static void secret(Secret before, Secret after, Findings found) {
        same(before.getType(), after.getType(), "type", found);
        if (!before.getImmutable()) {
            return;
        }
        String detail = "field is immutable when `immutable` is set";
        if (!after.getImmutable()) {
            found.forbidden("immutable", detail);
        }
        if (!before.getDataMap().equals(after.getDataMap())) {
            found.forbidden("data", detail);
        }
    }

    static void service(Service before, Service after, Findings found) {
        String old = before.getSpec().getClusterIP();
        if (!old.isEmpty()
                && !before.getSpec().getType().equals("ExternalName")
                && !after.getSpec().getType().equals("ExternalName")) {
            same(old, after.getSpec().getClusterIP(), "spec.clusterIP", found);
        }
    }

    /// Of a pod's spec only images, tolerations (added to), activeDeadlineSeconds and scheduling
    /// may change.
    static void pod(Pod before, Pod after, Findings found) {
        PodSpec.Builder allowed = after.getSpec().toBuilder();
        PodSpec old = before.getSpec();
        images(old.getContainersList(), allowed.getContainersBuilderList());
        images(old.getInitContainersList(), allowed.getInitContainersBuilderList());
        if (old.getNodeName().isEmpty()) {
            allowed.clearNodeName();
        }
        if (old.hasActiveDeadlineSeconds()) {
            allowed.setActiveDeadlineSeconds(old.getActiveDeadlineSeconds());
        } else {
            allowed.clearActiveDeadlineSeconds();
        }
        if (allowed.getTolerationsList().containsAll(old.getTolerationsList())) {
            allowed.clearTolerations().addAllTolerations(old.getTolerationsList());
        }
        if (!allowed.build().equals(old)) {
            found.forbidden(
                    "spec",
                    "pod updates may not change fields other than `spec.containers[*].image`,"
                            + " `spec.initContainers[*].image`, `spec.activeDeadlineSeconds` or"
                            + " `spec.tolerations` (only additions to existing tolerations)");
        }
    }

    private static void images(List<Container> old, List<Container.Builder> allowed) {
        for (int i = 0; i < Math.min(old.size(), allowed.size()); i++) {
            if (!allowed.get(i).getImage().isEmpty()) {
                allowed.get(i).setImage(old.get(i).getImage());
            }
        }
    }
}

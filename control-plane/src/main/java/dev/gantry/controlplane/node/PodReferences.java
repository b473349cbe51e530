package dev.gantry.controlplane.node;

import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.LocalObjectReference;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.PodSpec;
import dev.gantry.api.core.v1.VolumeProjection;
import dev.gantry.api.core.v1.VolumeSource;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.ObjectKey;
import java.util.SortedSet;
import java.util.TreeSet;

/// The config maps and secrets that a pod names: what its node may read, and nothing else (as
/// Kubernetes' node authorizer has it).
final class PodReferences {
    private final String namespace;
    private final SortedSet<ObjectKey> found = new TreeSet<>();

    private PodReferences(String namespace) {
        this.namespace = namespace;
    }

    static SortedSet<ObjectKey> of(Pod pod) {
        var references = new PodReferences(pod.getMetadata().getNamespace());
        references.spec(pod.getSpec());
        return references.found;
    }

    private void spec(PodSpec spec) {
        spec.getVolumesList().forEach(volume -> volume(volume.getVolumeSource()));
        spec.getInitContainersList().forEach(this::container);
        spec.getContainersList().forEach(this::container);
        for (LocalObjectReference secret : spec.getImagePullSecretsList()) {
            add(Kinds.SECRET, secret.getName());
        }
    }

    private void volume(VolumeSource source) {
        if (source.hasConfigMap()) {
            add(Kinds.CONFIG_MAP, source.getConfigMap().getLocalObjectReference().getName());
        }
        if (source.hasSecret()) {
            add(Kinds.SECRET, source.getSecret().getSecretName());
        }
        for (VolumeProjection part : source.getProjected().getSourcesList()) {
            if (part.hasConfigMap()) {
                add(Kinds.CONFIG_MAP, part.getConfigMap().getLocalObjectReference().getName());
            }
            if (part.hasSecret()) {
                add(Kinds.SECRET, part.getSecret().getLocalObjectReference().getName());
            }
        }
    }

    private void container(Container container) {
        for (var from : container.getEnvFromList()) {
            if (from.hasConfigMapRef()) {
                add(Kinds.CONFIG_MAP, from.getConfigMapRef().getLocalObjectReference().getName());
            }
            if (from.hasSecretRef()) {
                add(Kinds.SECRET, from.getSecretRef().getLocalObjectReference().getName());
            }
        }
        for (var variable : container.getEnvList()) {
            var source = variable.getValueFrom();
            if (source.hasConfigMapKeyRef()) {
                var reference = source.getConfigMapKeyRef().getLocalObjectReference();
                add(Kinds.CONFIG_MAP, reference.getName());
            }
            if (source.hasSecretKeyRef()) {
                add(Kinds.SECRET, source.getSecretKeyRef().getLocalObjectReference().getName());
            }
        }
    }

    private void add(Kind kind, String name) {
        if (!name.isEmpty()) {
            found.add(new ObjectKey(kind, namespace, name));
        }
    }
}

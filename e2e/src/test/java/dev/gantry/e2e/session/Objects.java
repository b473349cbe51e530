package dev.gantry.e2e.session;

import dev.gantry.api.core.v1.ConfigMap;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.PodStatus;
import dev.gantry.api.core.v1.Secret;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.v1.PodStatusReport;

/// Objects as small as they can be.
final class Objects {
    private Objects() {}

    static Pod pod(String name, String node) {
        var pod = Pod.newBuilder();
        pod.getMetadataBuilder().setNamespace("default").setName(name).setUid("uid-" + name);
        pod.getSpecBuilder().setNodeName(node).addContainersBuilder().setName("c");
        return pod.build();
    }

    static Pod podWithSecret(String name, String node, String secret) {
        var pod = pod(name, node).toBuilder();
        pod.getSpecBuilder()
                .addVolumesBuilder()
                .setName("v")
                .getVolumeSourceBuilder()
                .getSecretBuilder()
                .setSecretName(secret);
        return pod.build();
    }

    static Secret secret(String name) {
        var secret = Secret.newBuilder();
        secret.getMetadataBuilder().setNamespace("default").setName(name).setUid("s-" + name);
        return secret.build();
    }

    static ConfigMap configMap(String name) {
        var map = ConfigMap.newBuilder();
        map.getMetadataBuilder().setNamespace("default").setName(name).setUid("m-" + name);
        return map.build();
    }

    static ObjectKey key(Kind kind, String name) {
        return new ObjectKey(kind, kind.equals(Kinds.NODE) ? "" : "default", name);
    }

    static PodStatusReport report(Pod pod, String phase) {
        return PodStatusReport.newBuilder()
                .setNamespace(pod.getMetadata().getNamespace())
                .setName(pod.getMetadata().getName())
                .setUid(pod.getMetadata().getUid())
                .setStatus(PodStatus.newBuilder().setPhase(phase))
                .build();
    }
}

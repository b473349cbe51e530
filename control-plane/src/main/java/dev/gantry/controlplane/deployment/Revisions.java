package dev.gantry.controlplane.deployment;

import com.google.protobuf.CodedOutputStream;
import dev.gantry.api.apps.v1.Deployment;
import dev.gantry.api.apps.v1.ReplicaSet;
import dev.gantry.api.apps.v1.ReplicaSetSpec;
import dev.gantry.api.core.v1.PodTemplateSpec;
import dev.gantry.api.meta.v1.LabelSelector;
import dev.gantry.api.meta.v1.ObjectMeta;
import dev.gantry.api.meta.v1.OwnerReference;
import dev.gantry.api.time.Times;
import dev.gantry.controlplane.controller.Names;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// The ReplicaSets of a Deployment as revisions of its template: which is the current one, how a
/// new one is named, and their numbers.
final class Revisions {

    static final String HASH_LABEL = "pod-template-hash";
    static final String REVISION = "deployment.kubernetes.io/revision";
    static final String DESIRED = "deployment.kubernetes.io/desired-replicas";
    static final String MAX = "deployment.kubernetes.io/max-replicas";
    private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

    private static final int FNV_OFFSET = 0x811c9dc5;
    private static final int FNV_PRIME = 0x01000193;

    private Revisions() {}

    /// The set whose template is the deployment's; the oldest of several.
    static Optional<ReplicaSet> current(Deployment deployment, List<ReplicaSet> sets) {
        PodTemplateSpec template = deployment.getSpec().getTemplate();
        return sets.stream()
                .filter(set -> plain(set.getSpec().getTemplate()).equals(template))
                .min(byAge());
    }

    static Comparator<ReplicaSet> byAge() {
        return Comparator.comparing(
                        (ReplicaSet set) -> Times.instant(set.getMetadata().getCreationTimestamp()))
                .thenComparing(set -> set.getMetadata().getName());
    }

    /// The revision's number; 0 when it has none.
    static long number(ObjectMeta meta) {
        String text = meta.getAnnotationsMap().getOrDefault(REVISION, "");
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }

    /// A template without the label that tells revisions apart.
    static PodTemplateSpec plain(PodTemplateSpec template) {
        if (!template.getMetadata().containsLabels(HASH_LABEL)) {
            return template;
        }
        return template.toBuilder()
                .setMetadata(template.getMetadata().toBuilder().removeLabels(HASH_LABEL))
                .build();
    }

    /// The set for the deployment's template, with `replicas` pods.
    static ReplicaSet create(
            Deployment deployment,
            int replicas,
            long number,
            int maxReplicas,
            Instant now,
            RandomGenerator random) {
        PodTemplateSpec template = deployment.getSpec().getTemplate();
        String hash = hash(template, deployment.getStatus().getCollisionCount());
        PodTemplateSpec labelled =
                template.toBuilder()
                        .setMetadata(template.getMetadata().toBuilder().putLabels(HASH_LABEL, hash))
                        .build();
        LabelSelector selector =
                deployment.getSpec().getSelector().toBuilder()
                        .putMatchLabels(HASH_LABEL, hash)
                        .build();
        ReplicaSetSpec.Builder spec =
                ReplicaSetSpec.newBuilder()
                        .setReplicas(replicas)
                        .setSelector(selector)
                        .setTemplate(labelled);
        if (deployment.getSpec().hasMinReadySeconds()) {
            spec.setMinReadySeconds(deployment.getSpec().getMinReadySeconds());
        }
        ObjectMeta meta = meta(deployment, hash, labelled, now, random);
        return ReplicaSet.newBuilder()
                .setMetadata(annotate(meta, deployment, number, maxReplicas))
                .setSpec(spec)
                .build();
    }

    /// The annotations that a set carries over from its deployment, and its number and bounds.
    static ObjectMeta annotate(
            ObjectMeta meta, Deployment deployment, long number, int maxReplicas) {
        Map<String, String> annotations = new TreeMap<>(meta.getAnnotationsMap());
        deployment
                .getMetadata()
                .getAnnotationsMap()
                .forEach((key, value) -> {
                    if (!key.equals(REVISION) && !key.equals(LAST_APPLIED)) {
                        annotations.put(key, value);
                    }
                });
        annotations.put(REVISION, Long.toString(number));
        annotations.put(DESIRED, Integer.toString(deployment.getSpec().getReplicas()));
        annotations.put(MAX, Integer.toString(maxReplicas));
        return annotations.equals(meta.getAnnotationsMap())
                ? meta
                : meta.toBuilder().clearAnnotations().putAllAnnotations(annotations).build();
    }

    private static ObjectMeta meta(
            Deployment deployment,
            String hash,
            PodTemplateSpec template,
            Instant now,
            RandomGenerator random) {
        return ObjectMeta.newBuilder()
                .setName(deployment.getMetadata().getName() + "-" + hash)
                .setNamespace(deployment.getMetadata().getNamespace())
                .setUid(Names.uid(random))
                .setGeneration(1)
                .setCreationTimestamp(Times.of(now))
                .putAllLabels(template.getMetadata().getLabelsMap())
                .addOwnerReferences(
                        OwnerReference.newBuilder()
                                .setApiVersion("apps/v1")
                                .setKind("Deployment")
                                .setName(deployment.getMetadata().getName())
                                .setUid(deployment.getMetadata().getUid())
                                .setController(true)
                                .setBlockOwnerDeletion(true))
                .build();
    }

    /// A short name for a template (FNV-1a, 32 bits, of its deterministic bytes).
    static String hash(PodTemplateSpec template, int collisions) {
        int hash = FNV_OFFSET;
        for (byte b : bytes(template)) {
            hash = (hash ^ (b & 0xff)) * FNV_PRIME;
        }
        hash = (hash ^ collisions) * FNV_PRIME;
        return Names.encode(Integer.toUnsignedLong(hash));
    }

    private static byte[] bytes(PodTemplateSpec template) {
        byte[] bytes = new byte[template.getSerializedSize()];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.useDeterministicSerialization();
        try {
            template.writeTo(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes;
    }
}

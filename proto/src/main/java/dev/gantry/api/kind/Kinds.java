package dev.gantry.api.kind;

import com.google.protobuf.Message;
import dev.gantry.api.apps.v1.Deployment;
import dev.gantry.api.apps.v1.ReplicaSet;
import dev.gantry.api.core.v1.ConfigMap;
import dev.gantry.api.core.v1.Event;
import dev.gantry.api.core.v1.Namespace;
import dev.gantry.api.core.v1.Node;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.Secret;
import dev.gantry.api.core.v1.Service;
import dev.gantry.api.discovery.v1.EndpointSlice;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The registry of all kinds. A new kind is one constant here and one entry in [#ALL]. It does
/// without descriptors: what builds those of Kubernetes' files would be the longest part of a short
/// command.
public final class Kinds {
    public static final Kind NAMESPACE =
            of("", "Namespace", "namespaces", false, true, Namespace.getDefaultInstance(), "ns");
    public static final Kind NODE =
            of("", "Node", "nodes", false, true, Node.getDefaultInstance(), "no");
    public static final Kind POD =
            of("", "Pod", "pods", true, true, Pod.getDefaultInstance(), "po");
    public static final Kind REPLICA_SET =
            of(
                    "apps",
                    "ReplicaSet",
                    "replicasets",
                    true,
                    true,
                    ReplicaSet.getDefaultInstance(),
                    "rs");
    public static final Kind DEPLOYMENT =
            of(
                    "apps",
                    "Deployment",
                    "deployments",
                    true,
                    true,
                    Deployment.getDefaultInstance(),
                    "deploy");
    public static final Kind SERVICE =
            of("", "Service", "services", true, true, Service.getDefaultInstance(), "svc");
    public static final Kind ENDPOINT_SLICE =
            of(
                    "discovery.k8s.io",
                    "EndpointSlice",
                    "endpointslices",
                    true,
                    false,
                    EndpointSlice.getDefaultInstance());
    public static final Kind CONFIG_MAP =
            of("", "ConfigMap", "configmaps", true, false, ConfigMap.getDefaultInstance(), "cm");
    public static final Kind SECRET =
            of("", "Secret", "secrets", true, false, Secret.getDefaultInstance());
    public static final Kind EVENT =
            of("", "Event", "events", true, false, Event.getDefaultInstance(), "ev");

    private static final List<Kind> ALL =
            List.of(
                    NAMESPACE,
                    NODE,
                    POD,
                    REPLICA_SET,
                    DEPLOYMENT,
                    SERVICE,
                    ENDPOINT_SLICE,
                    CONFIG_MAP,
                    SECRET,
                    EVENT);
    private static final Map<String, Kind> BY_NAME = new HashMap<>();
    private static final Map<String, Kind> BY_WORD = new HashMap<>();
    private static final Map<Class<?>, Kind> BY_MESSAGE = new HashMap<>();
    private static final Map<String, Kind> BY_TYPE_URL = new HashMap<>();

    static {
        for (Kind kind : ALL) {
            BY_NAME.put(kind.apiVersion() + " " + kind.name(), kind);
            BY_MESSAGE.put(kind.prototype().getClass(), kind);
            BY_TYPE_URL.put(kind.typeUrl(), kind);
            BY_WORD.putIfAbsent(kind.plural(), kind);
            BY_WORD.putIfAbsent(kind.singular(), kind);
            BY_WORD.putIfAbsent(kind.qualifiedPlural(), kind);
            BY_WORD.putIfAbsent(kind.plural() + "." + kind.version() + "." + kind.group(), kind);
            kind.shortNames().forEach(word -> BY_WORD.putIfAbsent(word, kind));
        }
    }

    private Kinds() {}

    /// Every kind, in the order in which one depends on the other (namespaces first).
    public static List<Kind> all() {
        return ALL;
    }

    /// The kind that a manifest names, such as `apps/v1` and `Deployment`.
    public static Optional<Kind> of(String apiVersion, String kind) {
        return Optional.ofNullable(BY_NAME.get(apiVersion + " " + kind));
    }

    /// The kind of an object.
    ///
    /// @throws IllegalArgumentException when the message is no object of a known kind
    public static Kind of(Message object) {
        Kind kind = BY_MESSAGE.get(object.getClass());
        if (kind == null) {
            throw new IllegalArgumentException(
                    object.getDescriptorForType().getFullName() + " is not a kind of object");
        }
        return kind;
    }

    /// The kind that travels under a type URL of `google.protobuf.Any`.
    public static Optional<Kind> byTypeUrl(String typeUrl) {
        return Optional.ofNullable(BY_TYPE_URL.get(typeUrl));
    }

    /// The kind that a user means by `po`, `pod`, `Pods`, `deploy` or `deployments.apps`.
    public static Optional<Kind> byWord(String word) {
        return Optional.ofNullable(BY_WORD.get(word.toLowerCase(Locale.ROOT)));
    }

    private static Kind of(
            String group,
            String name,
            String plural,
            boolean namespaced,
            boolean status,
            Message prototype,
            String... shortNames) {
        return new Kind(
                group,
                "v1",
                name,
                plural,
                name.toLowerCase(Locale.ROOT),
                List.of(shortNames),
                namespaced,
                status,
                prototype);
    }
}

package dev.gantry.controlplane.apply;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.gantry.api.v1.OptionsProto;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What the descriptors do not say about merging: which lists have keys, which are sets, and which
/// messages and maps are taken as a whole. The source is the `x-kubernetes-list-type`, `-map-keys`
/// and `-map-type` of Kubernetes' OpenAPI document (1.32).
final class Schema {
    private static final List<String> NAME = List.of("name");
    private static final List<String> TYPE = List.of("type");
    private static final List<String> IP = List.of("ip");
    private static final List<String> CONTAINER_PORT = List.of("containerPort", "protocol");

    private static final Map<String, List<String>> LIST_KEYS =
            Map.ofEntries(
                    Map.entry("PodSpec.containers", NAME),
                    Map.entry("PodSpec.initContainers", NAME),
                    Map.entry("PodSpec.ephemeralContainers", NAME),
                    Map.entry("PodSpec.volumes", NAME),
                    Map.entry("PodSpec.imagePullSecrets", NAME),
                    Map.entry("PodSpec.hostAliases", IP),
                    Map.entry("PodSpec.schedulingGates", NAME),
                    Map.entry("PodSpec.resourceClaims", NAME),
                    Map.entry(
                            "PodSpec.topologySpreadConstraints",
                            List.of("topologyKey", "whenUnsatisfiable")),
                    Map.entry("Container.ports", CONTAINER_PORT),
                    Map.entry("Container.env", NAME),
                    Map.entry("Container.volumeMounts", List.of("mountPath")),
                    Map.entry("Container.volumeDevices", List.of("devicePath")),
                    Map.entry("EphemeralContainerCommon.ports", CONTAINER_PORT),
                    Map.entry("EphemeralContainerCommon.env", NAME),
                    Map.entry("EphemeralContainerCommon.volumeMounts", List.of("mountPath")),
                    Map.entry("EphemeralContainerCommon.volumeDevices", List.of("devicePath")),
                    Map.entry("ResourceRequirements.claims", NAME),
                    Map.entry("ServiceSpec.ports", List.of("port", "protocol")),
                    Map.entry("ObjectMeta.ownerReferences", List.of("uid")),
                    Map.entry("PodStatus.conditions", TYPE),
                    Map.entry("PodStatus.podIPs", IP),
                    Map.entry("PodStatus.hostIPs", IP),
                    Map.entry("NodeStatus.conditions", TYPE),
                    Map.entry("NodeStatus.addresses", TYPE),
                    Map.entry("NamespaceStatus.conditions", TYPE),
                    Map.entry("ServiceStatus.conditions", TYPE),
                    Map.entry("DeploymentStatus.conditions", TYPE),
                    Map.entry("ReplicaSetStatus.conditions", TYPE));

    private static final Set<String> SETS = Set.of("ObjectMeta.finalizers", "NodeSpec.podCIDRs");

    private static final Set<String> ATOMIC_MESSAGES =
            Set.of(
                    "Time",
                    "MicroTime",
                    "Quantity",
                    "IntOrString",
                    "RawExtension",
                    "FieldsV1",
                    "LabelSelector",
                    "NodeSelector",
                    "NodeSelectorTerm",
                    "ObjectReference",
                    "LocalObjectReference",
                    "TypedLocalObjectReference",
                    "ObjectFieldSelector",
                    "ResourceFieldSelector",
                    "ConfigMapKeySelector",
                    "SecretKeySelector",
                    "SecretReference",
                    "ScopeSelector",
                    "TopologySelectorTerm",
                    "OwnerReference");

    private static final Set<String> ATOMIC_MAPS =
            Set.of("PodSpec.nodeSelector", "ServiceSpec.selector");

    /// Messages of which one member excludes the others: what the manifest no longer names goes,
    /// also when a default put it there (Kubernetes' patch strategy `retainKeys`).
    private static final Set<String> EXCLUSIVE = Set.of("DeploymentStrategy", "VolumeSource");

    private static final Map<String, Object> KEY_DEFAULTS = Map.of("protocol", "TCP");

    private Schema() {}

    /// The name in manifests, which is the field's own.
    static PathElement.Field element(FieldDescriptor field) {
        return new PathElement.Field(field.getName());
    }

    /// Whether the message's fields stand directly in their owner.
    static boolean isFlat(FieldDescriptor field) {
        return field.getOptions().getExtension(OptionsProto.flat);
    }

    /// The names of the keys of a list; empty when its items have none.
    static List<String> keys(FieldDescriptor list) {
        return LIST_KEYS.getOrDefault(qualified(list), List.of());
    }

    static boolean isSet(FieldDescriptor list) {
        return SETS.contains(qualified(list));
    }

    /// Whether a message is merged field by field.
    static boolean isMerged(FieldDescriptor field) {
        return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                && !ATOMIC_MESSAGES.contains(field.getMessageType().getName());
    }

    static boolean isAtomicMap(FieldDescriptor map) {
        return ATOMIC_MAPS.contains(qualified(map));
    }

    static boolean isExclusive(Descriptor message) {
        return EXCLUSIVE.contains(message.getName());
    }

    /// The value that a list's key has where an item leaves it out; empty text when it has none.
    static Object keyDefault(String key) {
        return KEY_DEFAULTS.getOrDefault(key, "");
    }

    /// The item's keys, defaults filled in.
    static PathElement.Item item(FieldDescriptor list, Message item) {
        var keys = new TreeMap<String, Object>();
        for (var name : keys(list)) {
            var field = item.getDescriptorForType().findFieldByName(name);
            var given = field != null && item.hasField(field);
            keys.put(name, given ? scalar(item.getField(field)) : keyDefault(name));
        }
        return new PathElement.Item(keys);
    }

    /// A scalar as JSON has it, so that it compares equal with what was read.
    static Object scalar(Object value) {
        return switch (value) {
            case Integer n -> (long) n;
            case String s -> s;
            case Boolean b -> b;
            case Long n -> n;
            default -> String.valueOf(value);
        };
    }

    private static String qualified(FieldDescriptor field) {
        return field.getContainingType().getName() + "." + field.getName();
    }
}

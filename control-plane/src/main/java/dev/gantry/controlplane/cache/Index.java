package dev.gantry.controlplane.cache;

import com.google.protobuf.Message;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.meta.v1.OwnerReference;
import java.util.List;

/// What objects can be found by, besides their names.
public enum Index {
    /// Pods by `spec.nodeName`; those that have none under the empty value: they wait for a node.
    POD_BY_NODE {
        @Override
        List<String> values(Message object) {
            return object instanceof Pod pod ? List.of(pod.getSpec().getNodeName()) : List.of();
        }
    },
    /// Objects of every kind by the uid of each of their owners.
    BY_OWNER_UID {
        @Override
        List<String> values(Message object) {
            return Meta.of(object).getOwnerReferencesList().stream()
                    .map(OwnerReference::getUid)
                    .distinct()
                    .toList();
        }
    },
    /// Pods that no controller owns, by namespace: those that one may adopt.
    UNCONTROLLED_POD_BY_NAMESPACE {
        @Override
        List<String> values(Message object) {
            return object instanceof Pod pod && Meta.controllerOf(pod).isEmpty()
                    ? List.of(pod.getMetadata().getNamespace())
                    : List.of();
        }
    };

    /// The values under which an object stands in this index.
    abstract List<String> values(Message object);
}

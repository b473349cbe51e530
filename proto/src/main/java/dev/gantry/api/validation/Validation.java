package dev.gantry.api.validation;

import com.google.protobuf.Message;
import dev.gantry.api.apps.v1.Deployment;
import dev.gantry.api.apps.v1.ReplicaSet;
import dev.gantry.api.core.v1.ConfigMap;
import dev.gantry.api.core.v1.Node;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.Secret;
import dev.gantry.api.core.v1.Service;
import dev.gantry.api.discovery.v1.EndpointSlice;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.meta.v1.ObjectMeta;
import java.util.List;

/// Kubernetes' rules for objects. Objects must have their defaults filled in.
public final class Validation {
    private Validation() {}

    /// All rules that a new object breaks; empty when it may be stored.
    public static List<Violation> create(Message object) {
        Findings found = new Findings();
        check(object, found);
        return found.all();
    }

    /// All rules that a change breaks: those of the new object, and fields that may not change.
    ///
    /// @param before the stored object
    /// @param after the object that shall replace it, of the same kind
    public static List<Violation> update(Message before, Message after) {
        Findings found = new Findings();
        check(after, found);
        meta(Meta.of(before), Meta.of(after), found);
        switch (after) {
            case Pod pod -> Immutable.pod((Pod) before, pod, found);
            case Deployment d ->
                    Immutable.same(
                            ((Deployment) before).getSpec().getSelector(),
                            d.getSpec().getSelector(),
                            "spec.selector",
                            found);
            case ReplicaSet s ->
                    Immutable.same(
                            ((ReplicaSet) before).getSpec().getSelector(),
                            s.getSpec().getSelector(),
                            "spec.selector",
                            found);
            case Service service -> Immutable.service((Service) before, service, found);
            case ConfigMap map -> Immutable.configMap((ConfigMap) before, map, found);
            case Secret secret -> Immutable.secret((Secret) before, secret, found);
            case EndpointSlice slice ->
                    Immutable.same(
                            ((EndpointSlice) before).getAddressType(),
                            slice.getAddressType(),
                            "addressType",
                            found);
            default -> {}
        }
        return found.all();
    }

    private static void check(Message object, Findings found) {
        MetaRules.check(Kinds.of(object), Meta.of(object), found);
        switch (object) {
            case Pod pod -> new PodRules(found).check(pod.getSpec(), "spec");
            case Deployment deployment -> WorkloadRules.deployment(deployment.getSpec(), found);
            case ReplicaSet set -> WorkloadRules.replicaSet(set.getSpec(), found);
            case Service service -> ServiceRules.check(service, found);
            case EndpointSlice slice -> ServiceRules.slice(slice, found);
            case ConfigMap map -> DataRules.configMap(map, found);
            case Secret secret -> DataRules.secret(secret, found);
            case Node node -> NodeRules.check(node, found);
            default -> {}
        }
    }

    private static void meta(ObjectMeta before, ObjectMeta after, Findings found) {
        Immutable.same(before.getName(), after.getName(), "metadata.name", found);
        Immutable.same(before.getNamespace(), after.getNamespace(), "metadata.namespace", found);
        Immutable.same(before.getUid(), after.getUid(), "metadata.uid", found);
        Immutable.same(
                before.getCreationTimestamp(),
                after.getCreationTimestamp(),
                "metadata.creationTimestamp",
                found);
        if (before.hasDeletionTimestamp()) {
            for (String finalizer : after.getFinalizersList()) {
                if (!before.getFinalizersList().contains(finalizer)) {
                    found.forbidden(
                            "metadata.finalizers",
                            "no new finalizers can be added if the object is being deleted, found "
                                    + finalizer);
                }
            }
        }
    }
}

package dev.gantry.api.defaulting;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.gantry.api.apps.v1.Deployment;
import dev.gantry.api.apps.v1.DeploymentSpec;
import dev.gantry.api.apps.v1.ReplicaSet;
import dev.gantry.api.apps.v1.RollingUpdateDeployment;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.Secret;
import dev.gantry.api.core.v1.Service;
import dev.gantry.api.discovery.v1.EndpointPort;
import dev.gantry.api.discovery.v1.EndpointSlice;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.quantity.IntOrStrings;

/// Fills in what manifests leave out, as Kubernetes' API server does. Pure and idempotent.
public final class Defaults {
    private static final String QUARTER = "25%";
    private static final int REVISION_HISTORY_LIMIT = 10;
    private static final int PROGRESS_DEADLINE_SECONDS = 600;

    private Defaults() {}

    /// The object with every default of its kind; fields that it sets are kept.
    // Each branch builds the class that it was given.
    @SuppressWarnings("unchecked")
    public static <M extends Message> M apply(M object) {
        Message filled =
                switch (object) {
                    case Pod pod -> pod(pod);
                    case Deployment deployment -> deployment(deployment);
                    case ReplicaSet set -> replicaSet(set);
                    case Service service -> ServiceDefaults.apply(service);
                    case Secret secret -> secret(secret);
                    case EndpointSlice slice -> slice(slice);
                    default -> object;
                };
        Kind kind = Kinds.of(filled);
        if (kind.namespaced() && Meta.of(filled).getNamespace().isEmpty()) {
            filled = Meta.edit(filled, meta -> meta.setNamespace("default"));
        }
        return (M) filled;
    }

    private static Pod pod(Pod pod) {
        Pod.Builder builder = pod.toBuilder();
        PodDefaults.apply(builder.getSpecBuilder());
        if (!builder.getSpec().hasEnableServiceLinks()) {
            builder.getSpecBuilder().setEnableServiceLinks(true);
        }
        PodDefaults.requestsFromLimits(builder.getSpecBuilder());
        return builder.build();
    }

    private static Deployment deployment(Deployment deployment) {
        Deployment.Builder builder = deployment.toBuilder();
        DeploymentSpec.Builder spec = builder.getSpecBuilder();
        if (!spec.hasReplicas()) {
            spec.setReplicas(1);
        }
        if (spec.getStrategy().getType().isEmpty()) {
            spec.getStrategyBuilder().setType("RollingUpdate");
        }
        if (spec.getStrategy().getType().equals("RollingUpdate")) {
            RollingUpdateDeployment.Builder rolling =
                    spec.getStrategyBuilder().getRollingUpdateBuilder();
            if (!rolling.hasMaxUnavailable()) {
                rolling.setMaxUnavailable(IntOrStrings.of(QUARTER));
            }
            if (!rolling.hasMaxSurge()) {
                rolling.setMaxSurge(IntOrStrings.of(QUARTER));
            }
        }
        if (!spec.hasRevisionHistoryLimit()) {
            spec.setRevisionHistoryLimit(REVISION_HISTORY_LIMIT);
        }
        if (!spec.hasProgressDeadlineSeconds()) {
            spec.setProgressDeadlineSeconds(PROGRESS_DEADLINE_SECONDS);
        }
        PodDefaults.apply(spec.getTemplateBuilder().getSpecBuilder());
        return builder.build();
    }

    private static ReplicaSet replicaSet(ReplicaSet set) {
        ReplicaSet.Builder builder = set.toBuilder();
        if (!builder.getSpec().hasReplicas()) {
            builder.getSpecBuilder().setReplicas(1);
        }
        PodDefaults.apply(builder.getSpecBuilder().getTemplateBuilder().getSpecBuilder());
        return builder.build();
    }

    // stringData is for writing only: it ends up in data.
    private static Secret secret(Secret secret) {
        Secret.Builder builder = secret.toBuilder().clearStringData();
        secret.getStringDataMap()
                .forEach((key, value) -> builder.putData(key, ByteString.copyFromUtf8(value)));
        if (secret.getType().isEmpty()) {
            builder.setType("Opaque");
        }
        return builder.build();
    }

    private static EndpointSlice slice(EndpointSlice slice) {
        EndpointSlice.Builder builder = slice.toBuilder();
        for (EndpointPort.Builder port : builder.getPortsBuilderList()) {
            if (!port.hasName()) {
                port.setName("");
            }
            if (!port.hasProtocol()) {
                port.setProtocol("TCP");
            }
        }
        return builder.build();
    }
}

package dev.gantry.e2e.simulation;

import dev.gantry.api.apps.v1.Deployment;
import dev.gantry.api.apps.v1.DeploymentSpec;
import dev.gantry.api.apps.v1.DeploymentStrategy;
import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.Namespace;
import dev.gantry.api.core.v1.PodSpec;
import dev.gantry.api.core.v1.PodTemplateSpec;
import dev.gantry.api.core.v1.ResourceRequirements;
import dev.gantry.api.core.v1.Service;
import dev.gantry.api.core.v1.ServicePort;
import dev.gantry.api.core.v1.ServiceSpec;
import dev.gantry.api.defaulting.Defaults;
import dev.gantry.api.meta.v1.LabelSelector;
import dev.gantry.api.meta.v1.ObjectMeta;
import dev.gantry.api.time.Times;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.UUID;

/// Objects as the API server would store them.
final class Manifests {
    static final String NAMESPACE = "default";

    private final SplittableRandom random;

    Manifests(SplittableRandom random) {
        this.random = random;
    }

    private ObjectMeta.Builder meta(String name, Instant now) {
        return ObjectMeta.newBuilder()
                .setNamespace(NAMESPACE)
                .setName(name)
                .setUid(new UUID(random.nextLong(), random.nextLong()).toString())
                .setGeneration(1)
                .setCreationTimestamp(Times.of(now));
    }

    Namespace namespace(Instant now) {
        return Defaults.apply(
                Namespace.newBuilder().setMetadata(meta(NAMESPACE, now).clearNamespace()).build());
    }

    Service service(String app, Instant now) {
        return Defaults.apply(
                Service.newBuilder()
                        .setMetadata(meta(app, now))
                        .setSpec(
                                ServiceSpec.newBuilder()
                                        .setClusterIP("10.201.0.20")
                                        .putSelector("app", app)
                                        .addPorts(ServicePort.newBuilder().setPort(80)))
                        .build());
    }

    Deployment deployment(String app, int replicas, Instant now) {
        String strategy = random.nextInt(4) == 0 ? "Recreate" : "RollingUpdate";
        return Defaults.apply(
                Deployment.newBuilder()
                        .setMetadata(meta(app, now))
                        .setSpec(
                                DeploymentSpec.newBuilder()
                                        .setReplicas(replicas)
                                        .setSelector(
                                                LabelSelector.newBuilder()
                                                        .putMatchLabels("app", app))
                                        .setStrategy(
                                                DeploymentStrategy.newBuilder().setType(strategy))
                                        .setTemplate(template(app, "v1")))
                        .build());
    }

    PodTemplateSpec template(String app, String image) {
        return PodTemplateSpec.newBuilder()
                .setMetadata(ObjectMeta.newBuilder().putLabels("app", app))
                .setSpec(
                        PodSpec.newBuilder()
                                .setTerminationGracePeriodSeconds(random.nextInt(31))
                                .addContainers(
                                        Container.newBuilder()
                                                .setName("main")
                                                .setImage(image)
                                                .setResources(
                                                        ResourceRequirements.newBuilder()
                                                                .putRequests(
                                                                        "cpu",
                                                                        Demand.quantity(cpu())))))
                .build();
    }

    private String cpu() {
        return 50 * (1 + random.nextInt(6)) + "m";
    }
}

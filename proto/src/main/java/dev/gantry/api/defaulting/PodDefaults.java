package dev.gantry.api.defaulting;

import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.ContainerPort;
import dev.gantry.api.core.v1.EmptyDirVolumeSource;
import dev.gantry.api.core.v1.EnvVar;
import dev.gantry.api.core.v1.HTTPGetAction;
import dev.gantry.api.core.v1.PodSecurityContext;
import dev.gantry.api.core.v1.PodSpec;
import dev.gantry.api.core.v1.Probe;
import dev.gantry.api.core.v1.ResourceRequirements;
import dev.gantry.api.core.v1.Volume;
import dev.gantry.api.core.v1.VolumeSource;

/// Defaults of pod specs (k8s.io/kubernetes/pkg/apis/core/v1/defaults.go), in pods and in
/// templates.
final class PodDefaults {
    private static final int FILE_MODE = 0644;
    private static final int GRACE_SECONDS = 30;
    private static final int PROBE_PERIOD_SECONDS = 10;
    private static final int PROBE_FAILURES = 3;

    private PodDefaults() {}

    static void apply(PodSpec.Builder spec) {
        if (spec.getDnsPolicy().isEmpty()) {
            spec.setDnsPolicy("ClusterFirst");
        }
        if (spec.getRestartPolicy().isEmpty()) {
            spec.setRestartPolicy("Always");
        }
        if (!spec.hasTerminationGracePeriodSeconds()) {
            spec.setTerminationGracePeriodSeconds(GRACE_SECONDS);
        }
        if (spec.getSchedulerName().isEmpty()) {
            spec.setSchedulerName("default-scheduler");
        }
        if (!spec.hasSecurityContext()) {
            spec.setSecurityContext(PodSecurityContext.getDefaultInstance());
        }
        alias(spec);
        spec.getVolumesBuilderList().forEach(PodDefaults::volume);
        boolean hostNetwork = spec.getHostNetwork();
        spec.getInitContainersBuilderList().forEach(c -> container(c, hostNetwork));
        spec.getContainersBuilderList().forEach(c -> container(c, hostNetwork));
    }

    /// A limit without a request is the request, too; in pods only, as Kubernetes has it.
    static void requestsFromLimits(PodSpec.Builder spec) {
        spec.getInitContainersBuilderList().forEach(PodDefaults::requests);
        spec.getContainersBuilderList().forEach(PodDefaults::requests);
    }

    // The old name and the new one always say the same.
    private static void alias(PodSpec.Builder spec) {
        if (spec.getServiceAccountName().isEmpty() && !spec.getServiceAccount().isEmpty()) {
            spec.setServiceAccountName(spec.getServiceAccount());
        } else if (!spec.getServiceAccountName().isEmpty()) {
            spec.setServiceAccount(spec.getServiceAccountName());
        }
    }

    private static void volume(Volume.Builder volume) {
        VolumeSource.Builder source = volume.getVolumeSourceBuilder();
        if (source.getAllFields().isEmpty()) {
            source.setEmptyDir(EmptyDirVolumeSource.getDefaultInstance());
        }
        if (source.hasSecret() && !source.getSecret().hasDefaultMode()) {
            source.getSecretBuilder().setDefaultMode(FILE_MODE);
        }
        if (source.hasConfigMap() && !source.getConfigMap().hasDefaultMode()) {
            source.getConfigMapBuilder().setDefaultMode(FILE_MODE);
        }
        if (source.hasDownwardAPI() && !source.getDownwardAPI().hasDefaultMode()) {
            source.getDownwardAPIBuilder().setDefaultMode(FILE_MODE);
        }
        if (source.hasProjected() && !source.getProjected().hasDefaultMode()) {
            source.getProjectedBuilder().setDefaultMode(FILE_MODE);
        }
        if (source.hasHostPath() && !source.getHostPath().hasType()) {
            source.getHostPathBuilder().setType("");
        }
    }

    private static void container(Container.Builder container, boolean hostNetwork) {
        if (container.getImagePullPolicy().isEmpty()) {
            container.setImagePullPolicy(
                    isLatest(container.getImage()) ? "Always" : "IfNotPresent");
        }
        if (container.getTerminationMessagePath().isEmpty()) {
            container.setTerminationMessagePath("/dev/termination-log");
        }
        if (container.getTerminationMessagePolicy().isEmpty()) {
            container.setTerminationMessagePolicy("File");
        }
        container.getPortsBuilderList().forEach(port -> port(port, hostNetwork));
        container.getEnvBuilderList().forEach(PodDefaults::env);
        probes(container);
        lifecycle(container);
    }

    private static void port(ContainerPort.Builder port, boolean hostNetwork) {
        if (port.getProtocol().isEmpty()) {
            port.setProtocol("TCP");
        }
        if (hostNetwork && port.getHostPort() == 0 && port.getContainerPort() != 0) {
            port.setHostPort(port.getContainerPort());
        }
    }

    private static void env(EnvVar.Builder env) {
        if (env.getValueFrom().hasFieldRef()
                && env.getValueFrom().getFieldRef().getApiVersion().isEmpty()) {
            env.getValueFromBuilder().getFieldRefBuilder().setApiVersion("v1");
        }
    }

    private static void probes(Container.Builder container) {
        if (container.hasLivenessProbe()) {
            probe(container.getLivenessProbeBuilder());
        }
        if (container.hasReadinessProbe()) {
            probe(container.getReadinessProbeBuilder());
        }
        if (container.hasStartupProbe()) {
            probe(container.getStartupProbeBuilder());
        }
    }

    private static void lifecycle(Container.Builder container) {
        if (container.hasLifecycle()) {
            if (container.getLifecycle().getPostStart().hasHttpGet()) {
                http(container.getLifecycleBuilder().getPostStartBuilder().getHttpGetBuilder());
            }
            if (container.getLifecycle().getPreStop().hasHttpGet()) {
                http(container.getLifecycleBuilder().getPreStopBuilder().getHttpGetBuilder());
            }
        }
    }

    private static void probe(Probe.Builder probe) {
        if (probe.getTimeoutSeconds() == 0) {
            probe.setTimeoutSeconds(1);
        }
        if (probe.getPeriodSeconds() == 0) {
            probe.setPeriodSeconds(PROBE_PERIOD_SECONDS);
        }
        if (probe.getSuccessThreshold() == 0) {
            probe.setSuccessThreshold(1);
        }
        if (probe.getFailureThreshold() == 0) {
            probe.setFailureThreshold(PROBE_FAILURES);
        }
        if (probe.getHandler().hasHttpGet()) {
            http(probe.getHandlerBuilder().getHttpGetBuilder());
        }
        if (probe.getHandler().hasGrpc() && !probe.getHandler().getGrpc().hasService()) {
            probe.getHandlerBuilder().getGrpcBuilder().setService("");
        }
    }

    private static void http(HTTPGetAction.Builder http) {
        if (http.getPath().isEmpty()) {
            http.setPath("/");
        }
        if (http.getScheme().isEmpty()) {
            http.setScheme("HTTP");
        }
    }

    private static void requests(Container.Builder container) {
        if (container.getResources().getLimitsCount() == 0) {
            return;
        }
        ResourceRequirements.Builder resources = container.getResourcesBuilder();
        resources
                .getLimitsMap()
                .forEach((name, limit) -> {
                    if (!resources.containsRequests(name)) {
                        resources.putRequests(name, limit);
                    }
                });
    }

    /// Whether an image's tag is `latest`, said or not; a digest is none.
    private static boolean isLatest(String image) {
        if (image.contains("@")) {
            return false;
        }
        int colon = image.lastIndexOf(':');
        return colon < image.lastIndexOf('/') + 1 || image.substring(colon + 1).equals("latest");
    }
}

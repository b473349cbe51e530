package dev.gantry.api.validation;

import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.ContainerPort;
import dev.gantry.api.core.v1.EnvFromSource;
import dev.gantry.api.core.v1.EnvVar;
import dev.gantry.api.core.v1.EnvVarSource;
import dev.gantry.api.core.v1.HTTPGetAction;
import dev.gantry.api.core.v1.Probe;
import dev.gantry.api.core.v1.ProbeHandler;
import dev.gantry.api.core.v1.ResourceRequirements;
import dev.gantry.api.core.v1.VolumeMount;
import dev.gantry.api.quantity.Amount;
import dev.gantry.api.quantity.Quantities;
import dev.gantry.api.resource.Quantity;
import dev.gantry.api.selector.LabelSyntax;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Rules for one container.
final class ContainerRules {
    private static final Set<String> FIELD_PATHS =
            Set.of(
                    "metadata.name",
                    "metadata.namespace",
                    "metadata.uid",
                    "spec.nodeName",
                    "spec.serviceAccountName",
                    "status.hostIP",
                    "status.hostIPs",
                    "status.podIP",
                    "status.podIPs");

    private final Findings found;
    private final String path;

    ContainerRules(Findings found, String path) {
        this.found = found;
        this.path = path;
    }

    void check(Container container, Set<String> volumes, boolean init) {
        if (container.getImage().isEmpty()) {
            found.required(path + ".image");
        } else if (!container.getImage().strip().equals(container.getImage())) {
            found.invalid(
                    path + ".image",
                    container.getImage(),
                    "must not have leading or trailing whitespace");
        }
        ports(container.getPortsList());
        for (int i = 0; i < container.getEnvCount(); i++) {
            env(container.getEnv(i), path + ".env[" + i + "]");
        }
        for (int i = 0; i < container.getEnvFromCount(); i++) {
            envFrom(container.getEnvFrom(i), path + ".envFrom[" + i + "]");
        }
        mounts(container.getVolumeMountsList(), volumes);
        if (!init || container.getRestartPolicy().equals("Always")) {
            probes(container);
        } else {
            initProbes(container);
        }
        found.oneOf(
                path + ".imagePullPolicy",
                container.getImagePullPolicy(),
                "Always",
                "IfNotPresent",
                "Never");
        found.oneOf(
                path + ".terminationMessagePolicy",
                container.getTerminationMessagePolicy(),
                "FallbackToLogsOnError",
                "File");
        resources(container.getResources());
        SecurityRules.container(container.getSecurityContext(), path + ".securityContext", found);
    }

    private void ports(List<ContainerPort> ports) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < ports.size(); i++) {
            ContainerPort port = ports.get(i);
            String at = path + ".ports[" + i + "]";
            if (!port.getName().isEmpty()) {
                found.syntax(at + ".name", port.getName(), Names.portName(port.getName()));
                if (!names.add(port.getName())) {
                    found.duplicate(at + ".name", port.getName());
                }
            }
            if (port.getContainerPort() == 0) {
                found.required(at + ".containerPort");
            } else {
                found.syntax(
                        at + ".containerPort",
                        port.getContainerPort(),
                        Names.port(port.getContainerPort()));
            }
            if (port.getHostPort() != 0) {
                found.syntax(at + ".hostPort", port.getHostPort(), Names.port(port.getHostPort()));
            }
            found.oneOf(at + ".protocol", port.getProtocol(), "SCTP", "TCP", "UDP");
        }
    }

    private void env(EnvVar env, String at) {
        if (env.getName().isEmpty()) {
            found.required(at + ".name");
        } else {
            found.syntax(at + ".name", env.getName(), Names.env(env.getName()));
        }
        if (!env.hasValueFrom()) {
            return;
        }
        EnvVarSource from = env.getValueFrom();
        int sources = from.getAllFields().size();
        if (sources != 1) {
            found.invalid(
                    at + ".valueFrom",
                    "",
                    sources == 0
                            ? "must specify one of: `fieldRef`, `resourceFieldRef`,"
                                    + " `configMapKeyRef`"
                                    + " or `secretKeyRef`"
                            : "may not have more than one field specified at a time");
        } else if (!env.getValue().isEmpty()) {
            found.invalid(at + ".valueFrom", "", "may not be specified when `value` is not empty");
        }
        source(from, at + ".valueFrom");
    }

    private void source(EnvVarSource from, String at) {
        if (from.hasFieldRef()) {
            String field = from.getFieldRef().getFieldPath();
            if (field.isEmpty()) {
                found.required(at + ".fieldRef.fieldPath");
            } else if (!FIELD_PATHS.contains(field)
                    && !field.matches("metadata\\.(labels|annotations)\\['.+'\\]")) {
                found.invalid(
                        at + ".fieldRef.fieldPath",
                        field,
                        "error converting fieldPath: field label not supported");
            }
        }
        if (from.hasResourceFieldRef() && from.getResourceFieldRef().getResource().isEmpty()) {
            found.required(at + ".resourceFieldRef.resource");
        }
        if (from.hasConfigMapKeyRef()) {
            key(
                    from.getConfigMapKeyRef().getLocalObjectReference().getName(),
                    from.getConfigMapKeyRef().getKey(),
                    at + ".configMapKeyRef");
        }
        if (from.hasSecretKeyRef()) {
            key(
                    from.getSecretKeyRef().getLocalObjectReference().getName(),
                    from.getSecretKeyRef().getKey(),
                    at + ".secretKeyRef");
        }
    }

    private void key(String name, String key, String at) {
        if (name.isEmpty()) {
            found.required(at + ".name");
        }
        if (key.isEmpty()) {
            found.required(at + ".key");
        } else {
            found.syntax(at + ".key", key, Names.dataKey(key));
        }
    }

    private void envFrom(EnvFromSource from, String at) {
        if (!from.getPrefix().isEmpty()) {
            found.syntax(at + ".prefix", from.getPrefix(), Names.env(from.getPrefix()));
        }
        if (from.hasConfigMapRef() == from.hasSecretRef()) {
            found.invalid(at, "", "must specify one of: `configMapRef` or `secretRef`");
        }
        if (from.hasConfigMapRef()
                && from.getConfigMapRef().getLocalObjectReference().getName().isEmpty()) {
            found.required(at + ".configMapRef.name");
        }
        if (from.hasSecretRef()
                && from.getSecretRef().getLocalObjectReference().getName().isEmpty()) {
            found.required(at + ".secretRef.name");
        }
    }

    private void mounts(List<VolumeMount> mounts, Set<String> volumes) {
        Set<String> paths = new HashSet<>();
        for (int i = 0; i < mounts.size(); i++) {
            VolumeMount mount = mounts.get(i);
            String at = path + ".volumeMounts[" + i + "]";
            if (mount.getName().isEmpty()) {
                found.required(at + ".name");
            } else if (!volumes.contains(mount.getName())) {
                found.notFound(at + ".name", mount.getName());
            }
            if (mount.getMountPath().isEmpty()) {
                found.required(at + ".mountPath");
            } else if (!paths.add(mount.getMountPath())) {
                found.invalid(at + ".mountPath", mount.getMountPath(), "must be unique");
            }
            if (!mount.getSubPath().isEmpty()) {
                VolumeRules.relative(mount.getSubPath(), at + ".subPath", found);
            }
        }
    }

    private void probes(Container container) {
        if (container.hasLivenessProbe()) {
            probe(container.getLivenessProbe(), path + ".livenessProbe", true);
        }
        if (container.hasReadinessProbe()) {
            probe(container.getReadinessProbe(), path + ".readinessProbe", false);
        }
        if (container.hasStartupProbe()) {
            probe(container.getStartupProbe(), path + ".startupProbe", true);
        }
    }

    private void initProbes(Container container) {
        String detail = "may not be set for init containers without restartPolicy=Always";
        if (container.hasLivenessProbe()) {
            found.forbidden(path + ".livenessProbe", detail);
        }
        if (container.hasReadinessProbe()) {
            found.forbidden(path + ".readinessProbe", detail);
        }
        if (container.hasStartupProbe()) {
            found.forbidden(path + ".startupProbe", detail);
        }
    }

    private void probe(Probe probe, String at, boolean once) {
        ProbeHandler handler = probe.getHandler();
        int handlers = handler.getAllFields().size();
        if (handlers == 0) {
            found.required(at, "must specify a handler type");
        } else if (handlers > 1) {
            found.forbidden(at, "may not specify more than 1 handler type");
        }
        if (handler.hasExec() && handler.getExec().getCommandCount() == 0) {
            found.required(at + ".exec.command");
        }
        if (handler.hasHttpGet()) {
            http(handler.getHttpGet(), at + ".httpGet");
        }
        if (handler.hasTcpSocket()) {
            ServiceRules.target(handler.getTcpSocket().getPort(), at + ".tcpSocket.port", found);
        }
        found.notNegative(at + ".initialDelaySeconds", probe.getInitialDelaySeconds());
        found.notNegative(at + ".timeoutSeconds", probe.getTimeoutSeconds());
        found.notNegative(at + ".periodSeconds", probe.getPeriodSeconds());
        found.notNegative(at + ".successThreshold", probe.getSuccessThreshold());
        found.notNegative(at + ".failureThreshold", probe.getFailureThreshold());
        if (once && probe.getSuccessThreshold() != 1) {
            found.invalid(at + ".successThreshold", probe.getSuccessThreshold(), "must be 1");
        }
    }

    private void http(HTTPGetAction http, String at) {
        if (http.getPath().isEmpty()) {
            found.required(at + ".path");
        }
        ServiceRules.target(http.getPort(), at + ".port", found);
        found.oneOf(at + ".scheme", http.getScheme(), "HTTP", "HTTPS");
        for (int i = 0; i < http.getHttpHeadersCount(); i++) {
            String name = http.getHttpHeaders(i).getName();
            if (!name.matches("[-A-Za-z0-9]+")) {
                found.invalid(
                        at + ".httpHeaders",
                        name,
                        "a valid HTTP header must consist of alphanumeric characters or '-'"
                                + " (e.g. 'X-Header-Name')");
            }
        }
    }

    private void resources(ResourceRequirements resources) {
        String limits = path + ".resources.limits";
        String requests = path + ".resources.requests";
        amounts(resources.getLimitsMap(), limits);
        amounts(resources.getRequestsMap(), requests);
        new TreeMap<>(resources.getRequestsMap())
                .forEach((name, request) -> {
                    Quantity limit = resources.getLimitsMap().get(name);
                    if (limit != null && amount(request).compareTo(amount(limit)) > 0) {
                        found.invalid(
                                requests,
                                request.getString(),
                                "must be less than or equal to " + name + " limit");
                    }
                });
    }

    private void amounts(Map<String, Quantity> amounts, String at) {
        for (Map.Entry<String, Quantity> entry : new TreeMap<>(amounts).entrySet()) {
            String name = entry.getKey();
            String field = at + "[" + name + "]";
            boolean known =
                    Set.of("cpu", "memory", "ephemeral-storage").contains(name)
                            || name.startsWith("hugepages-");
            if (!known) {
                String problem =
                        name.contains("/")
                                ? LabelSyntax.key(name)
                                : "must be a standard resource for containers";
                found.syntax(field, name, problem);
            }
            if (amount(entry.getValue()).value().signum() < 0) {
                found.invalid(
                        field, entry.getValue().getString(), "must be greater than or equal to 0");
            }
        }
    }

    // The codec has checked manifests already; what else comes in may hold anything.
    private static Amount amount(Quantity quantity) {
        try {
            return Quantities.of(quantity);
        } catch (IllegalArgumentException e) {
            return Quantities.parse("-1");
        }
    }
}

package dev.gantry.api.validation;

import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.ContainerPort;
import dev.gantry.api.core.v1.PodSpec;
import dev.gantry.api.core.v1.Toleration;
import dev.gantry.api.core.v1.Volume;
import dev.gantry.api.selector.LabelSyntax;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Rules for pod specs (k8s.io/kubernetes/pkg/apis/core/validation), in pods and in templates.
final class PodRules {
    private final Findings found;

    PodRules(Findings found) {
        this.found = found;
    }

    void check(PodSpec spec, String path) {
        Set<String> volumes = volumes(spec.getVolumesList(), path + ".volumes");
        if (spec.getContainersCount() == 0) {
            found.required(path + ".containers");
        }
        Set<String> names = new HashSet<>();
        containers(spec.getInitContainersList(), path + ".initContainers", names, volumes);
        containers(spec.getContainersList(), path + ".containers", names, volumes);
        hostPorts(spec, path);
        found.oneOf(
                path + ".restartPolicy", spec.getRestartPolicy(), "Always", "Never", "OnFailure");
        found.oneOf(
                path + ".dnsPolicy",
                spec.getDnsPolicy(),
                "ClusterFirst",
                "ClusterFirstWithHostNet",
                "Default",
                "None");
        found.notNegative(
                path + ".terminationGracePeriodSeconds", spec.getTerminationGracePeriodSeconds());
        if (spec.hasActiveDeadlineSeconds() && spec.getActiveDeadlineSeconds() < 1) {
            found.invalid(
                    path + ".activeDeadlineSeconds",
                    spec.getActiveDeadlineSeconds(),
                    "must be between 1 and 2147483647, inclusive");
        }
        MetaRules.labels(spec.getNodeSelectorMap(), path + ".nodeSelector", found);
        label(spec.getHostname(), path + ".hostname");
        label(spec.getSubdomain(), path + ".subdomain");
        subdomain(spec.getServiceAccountName(), path + ".serviceAccountName");
        subdomain(spec.getNodeName(), path + ".nodeName");
        subdomain(spec.getPriorityClassName(), path + ".priorityClassName");
        for (int i = 0; i < spec.getTolerationsCount(); i++) {
            toleration(spec.getTolerations(i), path + ".tolerations[" + i + "]");
        }
        SecurityRules.pod(spec.getSecurityContext(), path + ".securityContext", found);
    }

    private void label(String value, String path) {
        if (!value.isEmpty()) {
            found.syntax(path, value, Names.dns1123Label(value));
        }
    }

    private void subdomain(String value, String path) {
        if (!value.isEmpty()) {
            found.syntax(path, value, Names.dns1123Subdomain(value));
        }
    }

    private Set<String> volumes(List<Volume> volumes, String path) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < volumes.size(); i++) {
            String at = path + "[" + i + "]";
            String name = volumes.get(i).getName();
            if (name.isEmpty()) {
                found.required(at + ".name");
            } else {
                found.syntax(at + ".name", name, Names.dns1123Label(name));
                if (!names.add(name)) {
                    found.duplicate(at + ".name", name);
                }
            }
            int before = found.all().size();
            VolumeRules.source(volumes.get(i), at, found);
            // A mount of a volume that is itself wrong counts as one that does not exist.
            if (found.all().size() > before) {
                names.remove(name);
            }
        }
        return names;
    }

    private void containers(
            List<Container> containers, String path, Set<String> names, Set<String> volumes) {
        for (int i = 0; i < containers.size(); i++) {
            String at = path + "[" + i + "]";
            Container container = containers.get(i);
            if (container.getName().isEmpty()) {
                found.required(at + ".name");
            } else {
                found.syntax(
                        at + ".name", container.getName(), Names.dns1123Label(container.getName()));
                if (!names.add(container.getName())) {
                    found.duplicate(at + ".name", container.getName());
                }
            }
            boolean init = path.endsWith("initContainers");
            new ContainerRules(found, at).check(container, volumes, init);
        }
    }

    private void hostPorts(PodSpec spec, String path) {
        Set<String> used = new HashSet<>();
        for (int i = 0; i < spec.getContainersCount(); i++) {
            List<ContainerPort> ports = spec.getContainers(i).getPortsList();
            for (int j = 0; j < ports.size(); j++) {
                ContainerPort port = ports.get(j);
                String at = path + ".containers[" + i + "].ports[" + j + "]";
                String key = port.getProtocol() + "/" + port.getHostIP() + "/" + port.getHostPort();
                if (port.getHostPort() != 0 && !used.add(key)) {
                    found.duplicate(at + ".hostPort", key);
                }
                if (spec.getHostNetwork() && port.getHostPort() != port.getContainerPort()) {
                    found.invalid(
                            at + ".containerPort",
                            port.getContainerPort(),
                            "must match `hostPort` when `hostNetwork` is true");
                }
            }
        }
    }

    private void toleration(Toleration toleration, String path) {
        String operator = toleration.getOperator();
        if (!toleration.getKey().isEmpty()) {
            found.syntax(path + ".key", toleration.getKey(), LabelSyntax.key(toleration.getKey()));
        } else if (!operator.equals("Exists")) {
            found.invalid(
                    path + ".operator", operator, "operator must be Exists when `key` is empty");
        }
        if (toleration.hasTolerationSeconds() && !toleration.getEffect().equals("NoExecute")) {
            found.invalid(
                    path + ".effect",
                    toleration.getEffect(),
                    "effect must be 'NoExecute' when `tolerationSeconds` is set");
        }
        if (operator.equals("Exists") && !toleration.getValue().isEmpty()) {
            found.invalid(
                    path + ".operator",
                    toleration.getValue(),
                    "value must be empty when `operator` is 'Exists'");
        } else if (!operator.isEmpty()) {
            found.oneOf(path + ".operator", operator, "Equal", "Exists");
        }
        if (!toleration.getEffect().isEmpty()) {
            found.oneOf(
                    path + ".effect",
                    toleration.getEffect(),
                    "NoSchedule",
                    "PreferNoSchedule",
                    "NoExecute");
        }
    }
}

package dev.gantry.cli.resource;

import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.ContainerPort;
import dev.gantry.api.core.v1.ContainerState;
import dev.gantry.api.core.v1.ContainerStatus;
import dev.gantry.api.core.v1.EnvVar;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.PodCondition;
import dev.gantry.api.core.v1.PodTemplateSpec;
import dev.gantry.api.core.v1.ResourceRequirements;
import dev.gantry.api.core.v1.Toleration;
import dev.gantry.api.core.v1.VolumeMount;
import dev.gantry.api.resource.Quantity;
import dev.gantry.api.table.PodRow;
import dev.gantry.api.time.Times;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What `describe` says of a pod and of a pod template.
final class PodDescription {
    private PodDescription() {}

    static void of(Description to, Pod pod) {
        var status = pod.getStatus();
        to.field(
                "Node",
                pod.getSpec().getNodeName().isEmpty() ? "<none>" : pod.getSpec().getNodeName());
        to.field("Status", PodRow.status(pod)).field("Reason", status.getReason());
        to.field("Message", status.getMessage()).field("IP", status.getPodIP());
        to.field("Restart Policy", pod.getSpec().getRestartPolicy());
        if (status.hasStartTime()) {
            to.field("Start Time", Times.instant(status.getStartTime()).toString());
        }
        containers(
                to,
                "Init Containers",
                pod.getSpec().getInitContainersList(),
                status.getInitContainerStatusesList());
        containers(
                to,
                "Containers",
                pod.getSpec().getContainersList(),
                status.getContainerStatusesList());
        conditions(to, status.getConditionsList());
        var volumes = pod.getSpec().getVolumesList();
        to.field(
                "Volumes",
                volumes.stream().map(v -> v.getName()).collect(Collectors.joining(", ")));
        to.map("Node-Selectors", pod.getSpec().getNodeSelectorMap());
        to.field(
                "Tolerations",
                pod.getSpec().getTolerationsList().stream()
                        .map(PodDescription::toleration)
                        .collect(Collectors.joining("\n")));
    }

    private static String toleration(Toleration t) {
        return t.getKey()
                + (t.getValue().isEmpty() ? "" : "=" + t.getValue())
                + (t.getEffect().isEmpty() ? "" : ":" + t.getEffect());
    }

    private static void conditions(Description to, List<PodCondition> conditions) {
        if (conditions.isEmpty()) {
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("Type", "Status", "Reason", "Message"));
        conditions.forEach(
                c -> rows.add(List.of(c.getType(), c.getStatus(), c.getReason(), c.getMessage())));
        to.section("Conditions").table(rows);
    }

    /// What a pod template says.
    static void template(Description to, PodTemplateSpec template) {
        to.map("Labels", template.getMetadata().getLabelsMap());
        containers(to, "Init Containers", template.getSpec().getInitContainersList(), List.of());
        containers(to, "Containers", template.getSpec().getContainersList(), List.of());
    }

    private static void containers(
            Description to, String name, List<Container> all, List<ContainerStatus> statuses) {
        if (all.isEmpty()) {
            return;
        }
        Description section = to.section(name);
        for (Container container : all) {
            Description one = section.section(container.getName());
            one.field("Image", container.getImage());
            one.field("Command", String.join(" ", container.getCommandList()));
            one.field("Args", String.join(" ", container.getArgsList()));
            one.field(
                    "Ports",
                    container.getPortsList().stream()
                            .map(PodDescription::port)
                            .collect(Collectors.joining(", ")));
            resources(one, container.getResources());
            one.field(
                    "Environment",
                    container.getEnvList().stream()
                            .map(PodDescription::variable)
                            .collect(Collectors.joining("\n")));
            one.field(
                    "Mounts",
                    container.getVolumeMountsList().stream()
                            .map(PodDescription::mount)
                            .collect(Collectors.joining("\n")));
            statuses.stream()
                    .filter(s -> s.getName().equals(container.getName()))
                    .forEach(s -> status(one, s));
        }
    }

    private static void status(Description to, ContainerStatus status) {
        to.field("Container ID", status.getContainerID());
        to.field("Image ID", status.getImageID());
        to.field("State", state(status.getState()));
        if (status.hasLastState()) {
            to.field("Last State", state(status.getLastState()));
        }
        to.field("Ready", status.getReady() ? "True" : "False");
        to.field("Restart Count", status.getRestartCount());
    }

    private static String state(ContainerState state) {
        if (state.hasRunning()) {
            return "Running since " + Times.instant(state.getRunning().getStartedAt());
        }
        if (state.hasTerminated()) {
            var ended = state.getTerminated();
            return "Terminated"
                    + (ended.getReason().isEmpty() ? "" : ": " + ended.getReason())
                    + ", exit code "
                    + ended.getExitCode()
                    + (ended.hasFinishedAt() ? ", at " + Times.instant(ended.getFinishedAt()) : "")
                    + (ended.getMessage().isEmpty() ? "" : "\n" + ended.getMessage());
        }
        var waiting = state.getWaiting();
        String why = waiting.getReason().isEmpty() ? "" : ": " + waiting.getReason();
        return "Waiting"
                + why
                + (waiting.getMessage().isEmpty() ? "" : "\n" + waiting.getMessage());
    }

    private static void resources(Description to, ResourceRequirements resources) {
        to.field("Requests", quantities(resources.getRequestsMap()));
        to.field("Limits", quantities(resources.getLimitsMap()));
    }

    static String quantities(Map<String, Quantity> map) {
        List<String> parts = new ArrayList<>();
        new TreeMap<>(map).forEach((k, v) -> parts.add(k + " " + v.getString()));
        return String.join(", ", parts);
    }

    private static String port(ContainerPort port) {
        return port.getContainerPort()
                + "/"
                + (port.getProtocol().isEmpty() ? "TCP" : port.getProtocol())
                + (port.getName().isEmpty() ? "" : " (" + port.getName() + ")");
    }

    private static String variable(EnvVar variable) {
        if (!variable.hasValueFrom()) {
            return variable.getName() + "=" + variable.getValue();
        }
        var from = variable.getValueFrom();
        String source =
                from.hasSecretKeyRef()
                        ? "key " + from.getSecretKeyRef().getKey() + " of a secret"
                        : from.hasConfigMapKeyRef()
                                ? "key " + from.getConfigMapKeyRef().getKey() + " of a config map"
                                : "a field of the pod";
        return variable.getName() + " from " + source;
    }

    private static String mount(VolumeMount mount) {
        return mount.getMountPath()
                + " from "
                + mount.getName()
                + (mount.getReadOnly() ? " (read only)" : "");
    }
}

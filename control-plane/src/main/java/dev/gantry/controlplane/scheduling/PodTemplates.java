package dev.gantry.controlplane.scheduling;

import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.ContainerPort;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.PodSpec;
import dev.gantry.api.quantity.Quantities;
import dev.gantry.api.resource.Quantity;
import dev.gantry.scheduler.HostPort;
import dev.gantry.scheduler.PodTemplate;
import dev.gantry.scheduler.Requests;
import dev.gantry.scheduler.Taint;
import dev.gantry.scheduler.Toleration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads from a pod what placing it depends on.
final class PodTemplates {

    static final String CPU = "cpu";
    static final String MEMORY = "memory";

    private PodTemplates() {}

    static PodTemplate of(Pod pod) {
        PodSpec spec = pod.getSpec();
        List<Toleration> tolerations =
                spec.getTolerationsList().stream().map(PodTemplates::toleration).toList();
        return new PodTemplate(
                requests(spec), "", spec.getNodeSelectorMap(), tolerations, hostPorts(spec));
    }

    /// What a pod needs: the sum over its containers, or more if one init container, which runs
    /// alone, needs more (Kubernetes' effective request).
    static Requests requests(PodSpec spec) {
        Map<String, Long> sum = new HashMap<>();
        for (Container container : spec.getContainersList()) {
            amounts(container).forEach((name, amount) -> sum.merge(name, amount, Long::sum));
        }
        for (Container container : spec.getInitContainersList()) {
            amounts(container).forEach((name, amount) -> sum.merge(name, amount, Math::max));
        }
        return split(sum);
    }

    static Requests split(Map<String, Long> amounts) {
        Map<String, Long> others = new HashMap<>(amounts);
        Long milliCpu = others.remove(CPU);
        Long memory = others.remove(MEMORY);
        others.values().removeIf(amount -> amount == 0);
        return new Requests(milliCpu == null ? 0 : milliCpu, memory == null ? 0 : memory, others);
    }

    /// In thousandths of a core for cpu, in whole units for everything else.
    static long amount(String resource, Quantity quantity) {
        return resource.equals(CPU) ? Quantities.milli(quantity) : Quantities.bytes(quantity);
    }

    static Optional<Taint.Effect> effect(String name) {
        return switch (name) {
            case "NoSchedule" -> Optional.of(Taint.Effect.NO_SCHEDULE);
            case "PreferNoSchedule" -> Optional.of(Taint.Effect.PREFER_NO_SCHEDULE);
            case "NoExecute" -> Optional.of(Taint.Effect.NO_EXECUTE);
            default -> Optional.empty();
        };
    }

    // A limit without a request is a request of the same amount (core/v1 ResourceRequirements).
    private static Map<String, Long> amounts(Container container) {
        Map<String, Long> amounts = new HashMap<>();
        container
                .getResources()
                .getLimitsMap()
                .forEach((name, quantity) -> amounts.put(name, amount(name, quantity)));
        container
                .getResources()
                .getRequestsMap()
                .forEach((name, quantity) -> amounts.put(name, amount(name, quantity)));
        return amounts;
    }

    private static List<HostPort> hostPorts(PodSpec spec) {
        List<HostPort> ports = new ArrayList<>();
        for (Container container : spec.getContainersList()) {
            for (ContainerPort port : container.getPortsList()) {
                int number = port.getHostPort();
                if (number == 0 && spec.getHostNetwork()) {
                    number = port.getContainerPort();
                }
                if (number != 0) {
                    String protocol = port.getProtocol().isEmpty() ? "TCP" : port.getProtocol();
                    ports.add(new HostPort(port.getHostIP(), protocol, number));
                }
            }
        }
        return ports;
    }

    private static Toleration toleration(dev.gantry.api.core.v1.Toleration toleration) {
        return new Toleration(
                toleration.getKey(),
                toleration.getOperator().equals("Exists"),
                toleration.getValue(),
                effect(toleration.getEffect()));
    }
}

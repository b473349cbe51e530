package dev.gantry.agent.facts;

import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.ResourceFieldSelector;
import dev.gantry.api.resource.Quantity;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Fields of the pod itself, for environment and volumes (`fieldRef`, `resourceFieldRef`).
public final class DownwardApi {
    private static final Pattern SUBSCRIPT =
            Pattern.compile("metadata\\.(labels|annotations)\\['([^']*)'\\]");

    private DownwardApi() {}

    /// The value of `fieldPath`.
    ///
    /// @throws ConfigException for a path that is not supported
    public static String field(PodFacts facts, String path) {
        var meta = facts.pod().getMetadata();
        var spec = facts.pod().getSpec();
        var subscript = SUBSCRIPT.matcher(path);
        if (subscript.matches()) {
            var map =
                    subscript.group(1).equals("labels")
                            ? meta.getLabelsMap()
                            : meta.getAnnotationsMap();
            return map.getOrDefault(subscript.group(2), "");
        }
        return switch (path) {
            case "metadata.name" -> meta.getName();
            case "metadata.namespace" -> meta.getNamespace();
            case "metadata.uid" -> meta.getUid();
            case "metadata.labels" -> lines(meta.getLabelsMap());
            case "metadata.annotations" -> lines(meta.getAnnotationsMap());
            case "spec.nodeName" -> facts.nodeName();
            case "spec.serviceAccountName" ->
                    spec.getServiceAccountName().isEmpty()
                            ? "default"
                            : spec.getServiceAccountName();
            case "status.podIP", "status.podIPs" -> facts.podIp();
            case "status.hostIP", "status.hostIPs" -> facts.hostIp();
            default -> throw new ConfigException("unsupported fieldPath: " + path);
        };
    }

    private static String lines(Map<String, String> map) {
        var text = new StringBuilder();
        new TreeMap<>(map)
                .forEach((key, value) -> {
                    var quoted = value.replace("\\", "\\\\").replace("\"", "\\\"");
                    text.append(key)
                            .append("=\"")
                            .append(quoted.replace("\n", "\\n"))
                            .append("\"\n");
                });
        return text.isEmpty() ? "" : text.substring(0, text.length() - 1);
    }

    /// The value of a `resourceFieldRef`: without a limit, what the node could give.
    public static String resource(
            PodFacts facts, Container container, ResourceFieldSelector selector) {
        var path = selector.getResource();
        int dot = path.indexOf('.');
        var kind = dot < 0 ? "" : path.substring(0, dot);
        var name = dot < 0 ? path : path.substring(dot + 1);
        var source = container;
        if (!selector.getContainerName().isEmpty()) {
            source = named(facts, selector.getContainerName());
        }
        var amounts =
                switch (kind) {
                    case "limits" -> source.getResources().getLimitsMap();
                    case "requests" -> source.getResources().getRequestsMap();
                    default -> throw new ConfigException("unsupported resource: " + path);
                };
        boolean cpu = name.equals("cpu");
        boolean limit = kind.equals("limits");
        long milli = Amounts.milli(amounts.get(name));
        if (milli == 0 && limit && (cpu || name.equals("memory"))) {
            milli = cpu ? facts.cpuMillis() : facts.memoryBytes() * 1000;
        }
        long divisor = divisor(selector.getDivisor());
        // Kubernetes rounds up to whole divisors.
        return Long.toString(Math.ceilDiv(milli, divisor));
    }

    private static long divisor(Quantity divisor) {
        long milli = Amounts.milli(divisor);
        return milli == 0 ? 1000 : milli;
    }

    private static Container named(PodFacts facts, String name) {
        var spec = facts.pod().getSpec();
        for (var container : spec.getContainersList()) {
            if (container.getName().equals(name)) {
                return container;
            }
        }
        for (var container : spec.getInitContainersList()) {
            if (container.getName().equals(name)) {
                return container;
            }
        }
        throw new ConfigException("container " + name + " not found");
    }
}

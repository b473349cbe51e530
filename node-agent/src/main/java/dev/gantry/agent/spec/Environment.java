package dev.gantry.agent.spec;

import dev.gantry.agent.facts.ConfigException;
import dev.gantry.agent.facts.DownwardApi;
import dev.gantry.agent.facts.Objects;
import dev.gantry.agent.facts.PodFacts;
import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.EnvFromSource;
import dev.gantry.api.core.v1.EnvVar;
import dev.gantry.api.core.v1.EnvVarSource;
import dev.gantry.api.core.v1.Service;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/// The environment of a container, in Kubernetes' order of precedence: the image's, services',
/// `envFrom`, `env`.
public final class Environment {
    private static final String DEFAULT_PATH =
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final PodFacts facts;
    private final Objects objects;

    /// @param objects config maps, secrets and services
    public Environment(PodFacts facts, Objects objects) {
        this.facts = facts;
        this.objects = objects;
    }

    /// All variables, in the order in which they are set.
    ///
    /// @param imageEnv `NAME=value` each
    /// @throws ConfigException naming the object or key that is missing
    public SequencedMap<String, String> of(Container container, List<String> imageEnv) {
        var result = new LinkedHashMap<String, String>();
        result.put("PATH", DEFAULT_PATH);
        for (var entry : imageEnv) {
            int equals = entry.indexOf('=');
            if (equals > 0) {
                result.put(entry.substring(0, equals), entry.substring(equals + 1));
            }
        }
        result.put("HOSTNAME", PodFiles.hostname(facts.pod()));
        if (container.getTty()) {
            result.putIfAbsent("TERM", "xterm");
        }
        // Only these may be referred to, and only once they are set.
        var known = new LinkedHashMap<String, String>();
        known.putAll(services());
        container.getEnvFromList().forEach(source -> known.putAll(from(source)));
        for (var variable : container.getEnvList()) {
            value(container, variable, known);
        }
        result.putAll(known);
        return result;
    }

    private void value(Container container, EnvVar variable, Map<String, String> known) {
        if (!variable.hasValueFrom()) {
            known.put(variable.getName(), Expansion.expand(variable.getValue(), known));
            return;
        }
        var found = resolve(container, variable.getValueFrom());
        if (found != null) {
            known.put(variable.getName(), found);
        }
    }

    private @org.jspecify.annotations.Nullable String resolve(
            Container container, EnvVarSource source) {
        if (source.hasFieldRef()) {
            return DownwardApi.field(facts, source.getFieldRef().getFieldPath());
        }
        if (source.hasResourceFieldRef()) {
            return DownwardApi.resource(facts, container, source.getResourceFieldRef());
        }
        if (source.hasConfigMapKeyRef()) {
            var ref = source.getConfigMapKeyRef();
            var name = ref.getLocalObjectReference().getName();
            var map = objects.configMap(facts.namespace(), name);
            if (map.isEmpty() && !ref.getOptional()) {
                throw missing("configmap", name);
            }
            var value = map.map(m -> m.getDataMap().get(ref.getKey())).orElse(null);
            return require(value, ref.getOptional(), ref.getKey(), "ConfigMap", name);
        }
        if (source.hasSecretKeyRef()) {
            var ref = source.getSecretKeyRef();
            var name = ref.getLocalObjectReference().getName();
            var secret = objects.secret(facts.namespace(), name);
            if (secret.isEmpty() && !ref.getOptional()) {
                throw missing("secret", name);
            }
            var bytes = secret.map(s -> s.getDataMap().get(ref.getKey())).orElse(null);
            var value = bytes == null ? null : bytes.toStringUtf8();
            return require(value, ref.getOptional(), ref.getKey(), "Secret", name);
        }
        throw new ConfigException("valueFrom names no source");
    }

    private @org.jspecify.annotations.Nullable String require(
            @org.jspecify.annotations.Nullable String value,
            boolean optional,
            String key,
            String kind,
            String name) {
        if (value == null && !optional) {
            throw new ConfigException(
                    "couldn't find key %s in %s %s/%s"
                            .formatted(key, kind, facts.namespace(), name));
        }
        return value;
    }

    private static ConfigException missing(String kind, String name) {
        return new ConfigException("%s \"%s\" not found".formatted(kind, name));
    }

    private Map<String, String> from(EnvFromSource source) {
        var result = new TreeMap<String, String>();
        var prefix = source.getPrefix();
        if (source.hasConfigMapRef()) {
            var ref = source.getConfigMapRef();
            var name = ref.getLocalObjectReference().getName();
            var map = objects.configMap(facts.namespace(), name);
            if (map.isEmpty() && !ref.getOptional()) {
                throw missing("configmap", name);
            }
            map.ifPresent(m -> m.getDataMap().forEach((k, v) -> result.put(prefix + k, v)));
        }
        if (source.hasSecretRef()) {
            var ref = source.getSecretRef();
            var name = ref.getLocalObjectReference().getName();
            var secret = objects.secret(facts.namespace(), name);
            if (secret.isEmpty() && !ref.getOptional()) {
                throw missing("secret", name);
            }
            secret.ifPresent(s ->
                    s.getDataMap().forEach((k, v) -> result.put(prefix + k, v.toStringUtf8())));
        }
        result.keySet().removeIf(name -> name.isEmpty() || name.contains("="));
        return result;
    }

    // -------- services

    /// Docker's link variables of the services of the namespace (`enableServiceLinks`, on unless
    /// said otherwise).
    private SequencedMap<String, String> services() {
        var result = new LinkedHashMap<String, String>();
        var spec = facts.pod().getSpec();
        boolean links = !spec.hasEnableServiceLinks() || spec.getEnableServiceLinks();
        for (var service : objects.services()) {
            var meta = service.getMetadata();
            boolean own = meta.getNamespace().equals(facts.namespace()) && links;
            boolean master =
                    meta.getNamespace().equals("default") && meta.getName().equals("kubernetes");
            if (own || master) {
                link(result, service);
            }
        }
        return result;
    }

    private static void link(Map<String, String> result, Service service) {
        var address = service.getSpec().getClusterIP();
        if (address.isEmpty() || address.equals("None") || service.getSpec().getPortsCount() == 0) {
            return;
        }
        var name = service.getMetadata().getName().toUpperCase(Locale.ROOT).replace('-', '_');
        var first = service.getSpec().getPorts(0);
        result.put(name + "_SERVICE_HOST", address);
        result.put(name + "_SERVICE_PORT", Integer.toString(first.getPort()));
        for (var port : service.getSpec().getPortsList()) {
            if (!port.getName().isEmpty()) {
                var word = port.getName().toUpperCase(Locale.ROOT).replace('-', '_');
                result.put(name + "_SERVICE_PORT_" + word, Integer.toString(port.getPort()));
            }
        }
        for (var port : service.getSpec().getPortsList()) {
            var protocol = port.getProtocol().isEmpty() ? "TCP" : port.getProtocol();
            var lower = protocol.toLowerCase(Locale.ROOT);
            var url = "%s://%s:%d".formatted(lower, address, port.getPort());
            var prefix = "%s_PORT_%d_%s".formatted(name, port.getPort(), protocol);
            result.putIfAbsent(name + "_PORT", url);
            result.put(prefix, url);
            result.put(prefix + "_PROTO", lower);
            result.put(prefix + "_PORT", Integer.toString(port.getPort()));
            result.put(prefix + "_ADDR", address);
        }
    }
}

package dev.gantry.agent.facts;

import dev.gantry.agent.session.NodeState;
import dev.gantry.agent.session.ObjectName;
import dev.gantry.api.core.v1.ConfigMap;
import dev.gantry.api.core.v1.Secret;
import dev.gantry.api.core.v1.Service;
import java.util.Collection;
import java.util.Optional;

/// The objects that pods refer to, as the control plane last told them.
public record Objects(NodeState state) {
    /// The config map of this name.
    public Optional<ConfigMap> configMap(String namespace, String name) {
        return Optional.ofNullable(state.configMaps().get(new ObjectName(namespace, name)));
    }

    /// The secret of this name.
    public Optional<Secret> secret(String namespace, String name) {
        return Optional.ofNullable(state.secrets().get(new ObjectName(namespace, name)));
    }

    /// All services.
    public Collection<Service> services() {
        return state.services().values();
    }
}

package dev.gantry.agent.session;

import dev.gantry.api.core.v1.ConfigMap;
import dev.gantry.api.core.v1.Node;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.Secret;
import dev.gantry.api.core.v1.Service;
import dev.gantry.api.discovery.v1.EndpointSlice;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// All that the control plane told this node, at one revision. Immutable.
///
/// @param epoch of the store; revisions of different epochs do not compare
/// @param revision of the store, at least that of every object held
/// @param settings what the control plane settled for the node
/// @param pods the node's own pods
/// @param configMaps those that the node's pods refer to, as far as they exist
/// @param secrets those that the node's pods refer to, as far as they exist
/// @param services all of the cluster
/// @param endpointSlices all of the cluster
/// @param nodes all of the cluster, this one included
public record NodeState(
        String epoch,
        long revision,
        NodeSettings settings,
        SortedMap<ObjectName, Pod> pods,
        SortedMap<ObjectName, ConfigMap> configMaps,
        SortedMap<ObjectName, Secret> secrets,
        SortedMap<ObjectName, Service> services,
        SortedMap<ObjectName, EndpointSlice> endpointSlices,
        SortedMap<ObjectName, Node> nodes) {
    /// Takes the maps as they are: callers hand over maps that nobody changes afterwards.
    public NodeState {
        pods = Collections.unmodifiableSortedMap(pods);
        configMaps = Collections.unmodifiableSortedMap(configMaps);
        secrets = Collections.unmodifiableSortedMap(secrets);
        services = Collections.unmodifiableSortedMap(services);
        endpointSlices = Collections.unmodifiableSortedMap(endpointSlices);
        nodes = Collections.unmodifiableSortedMap(nodes);
    }

    /// A state with no objects.
    public static NodeState empty(NodeSettings settings) {
        return new NodeState(
                "",
                0,
                settings,
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>());
    }
}

package dev.gantry.agent.session;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/// A new state and the names of what differs from the one before. A name that `state` does not hold
/// (any more) was removed; one that it holds was added or changed, or was removed and made anew:
/// compare uids.
///
/// @param state the whole state after the changes
public record NodeChanges(
        NodeState state,
        SortedSet<ObjectName> pods,
        SortedSet<ObjectName> configMaps,
        SortedSet<ObjectName> secrets,
        SortedSet<ObjectName> services,
        SortedSet<ObjectName> endpointSlices,
        SortedSet<ObjectName> nodes) {
    public NodeChanges {
        pods = frozen(pods);
        configMaps = frozen(configMaps);
        secrets = frozen(secrets);
        services = frozen(services);
        endpointSlices = frozen(endpointSlices);
        nodes = frozen(nodes);
    }

    private static SortedSet<ObjectName> frozen(SortedSet<ObjectName> names) {
        return Collections.unmodifiableSortedSet(new TreeSet<>(names));
    }
}

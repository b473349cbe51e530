package dev.gantry.api.table;

import com.google.protobuf.Message;
import dev.gantry.api.apps.v1.Deployment;
import dev.gantry.api.apps.v1.ReplicaSet;
import dev.gantry.api.core.v1.ConfigMap;
import dev.gantry.api.core.v1.Event;
import dev.gantry.api.core.v1.Namespace;
import dev.gantry.api.core.v1.Node;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.Secret;
import dev.gantry.api.core.v1.Service;
import dev.gantry.api.discovery.v1.EndpointSlice;
import dev.gantry.api.kind.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// What `get` prints of each kind: Kubernetes' columns and cells.
public final class Table {
    private static final Map<String, List<Column>> COLUMNS =
            Map.of(
                    "Pod",
                    columns(
                            "Name,Ready,Status,Restarts,Age",
                            "IP,Node,Nominated Node,Readiness" + " Gates"),
                    "Node",
                    columns(
                            "Name,Status,Roles,Age,Version",
                            "Internal-IP,External-IP,OS-Image,Kernel-Version,Container-Runtime"),
                    "Namespace",
                    columns("Name,Status,Age", ""),
                    "ReplicaSet",
                    columns("Name,Desired,Current,Ready,Age", "Containers,Images,Selector"),
                    "Deployment",
                    columns("Name,Ready,Up-to-date,Available,Age", "Containers,Images,Selector"),
                    "Service",
                    columns("Name,Type,Cluster-IP,External-IP,Port(s),Age", "Selector"),
                    "EndpointSlice",
                    columns("Name,AddressType,Ports,Endpoints,Age", ""),
                    "ConfigMap",
                    columns("Name,Data,Age", ""),
                    "Secret",
                    columns("Name,Type,Data,Age", ""),
                    "Event",
                    columns(
                            "Last Seen,Type,Reason,Object,Message",
                            "Subobject,Source,First Seen,Count,Name"));

    private Table() {}

    /// A kind's columns, in order; a kind without its own shows name and age.
    public static List<Column> columns(Kind kind) {
        return COLUMNS.getOrDefault(kind.name(), columns("Name,Age", ""));
    }

    /// An object's cells, one for each column, wide ones included.
    public static List<String> row(Message object, Instant now) {
        return switch (object) {
            case Pod pod -> PodRow.of(pod, now);
            case Node node -> NodeRow.of(node, now);
            case Deployment deployment -> Rows.deployment(deployment, now);
            case ReplicaSet set -> Rows.replicaSet(set, now);
            case Service service -> ServiceRow.of(service, now);
            case EndpointSlice slice -> ServiceRow.of(slice, now);
            case Namespace namespace -> Rows.namespace(namespace, now);
            case ConfigMap map -> Rows.configMap(map, now);
            case Secret secret -> Rows.secret(secret, now);
            case Event event -> Rows.event(event, now);
            default -> Rows.plain(object, now);
        };
    }

    private static List<Column> columns(String normal, String wide) {
        List<Column> columns = new java.util.ArrayList<>();
        for (String name : normal.split(",", -1)) {
            columns.add(new Column(name, false));
        }
        for (String name : wide.isEmpty() ? new String[0] : wide.split(",", -1)) {
            columns.add(new Column(name, true));
        }
        return List.copyOf(columns);
    }
}

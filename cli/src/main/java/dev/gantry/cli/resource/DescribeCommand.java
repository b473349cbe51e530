package dev.gantry.cli.resource;

import com.google.protobuf.Message;
import dev.gantry.api.apps.v1.Deployment;
import dev.gantry.api.apps.v1.DeploymentCondition;
import dev.gantry.api.apps.v1.ReplicaSet;
import dev.gantry.api.codec.ObjectYaml;
import dev.gantry.api.core.v1.Event;
import dev.gantry.api.core.v1.Node;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.Secret;
import dev.gantry.api.core.v1.Service;
import dev.gantry.api.core.v1.ServicePort;
import dev.gantry.api.discovery.v1.EndpointSlice;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.meta.v1.ObjectMeta;
import dev.gantry.api.selector.Selectors;
import dev.gantry.api.table.Ages;
import dev.gantry.api.table.PodRow;
import dev.gantry.api.time.Times;
import dev.gantry.cli.command.Arguments;
import dev.gantry.cli.command.Command;
import dev.gantry.cli.command.Option;
import dev.gantry.cli.session.Client;
import dev.gantry.cli.session.Session;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// `describe`.
public final class DescribeCommand {
    private final Session session;
    private final Description to;

    private DescribeCommand(Session session) {
        this.session = session;
        this.to = new Description(session.console());
    }

    public static Command command() {
        return Command.named("describe", "Show an object in detail, with its events")
                .usage("KIND [NAME...] | KIND/NAME...")
                .options(Option.of("selector", 'l', "LABELS", "those with labels"))
                .examples(
                        "gantry describe pod web",
                        "gantry describe deployment/web",
                        "gantry describe nodes")
                .does(DescribeCommand::run);
    }

    private static int run(Arguments arguments, Session session) {
        Targets targets = Targets.of(arguments.words(), session);
        List<Message> objects = new ArrayList<>();
        targets.keys().forEach(key -> objects.add(session.client().get(key)));
        if (targets.keys().isEmpty()) {
            for (Kind kind : targets.kinds()) {
                var query =
                        new Client.Query(
                                kind,
                                kind.namespaced() ? session.namespace() : "",
                                arguments.value("selector", ""),
                                "");
                objects.addAll(session.client().list(query).objects());
            }
        }
        if (objects.isEmpty()) {
            session.console().note("No objects found");
        }
        for (int i = 0; i < objects.size(); i++) {
            if (i > 0) {
                session.console().line("");
            }
            new DescribeCommand(session).describe(objects.get(i));
        }
        return 0;
    }

    private void describe(Message object) {
        ObjectMeta meta = Meta.of(object);
        to.field("Name", meta.getName()).field("Namespace", meta.getNamespace());
        to.map("Labels", meta.getLabelsMap()).map("Annotations", meta.getAnnotationsMap());
        if (meta.hasCreationTimestamp()) {
            to.field("Created", Times.instant(meta.getCreationTimestamp()).toString());
        }
        if (meta.hasDeletionTimestamp()) {
            to.field("Being Deleted", "since " + Times.instant(meta.getDeletionTimestamp()));
        }
        Meta.controllerOf(object)
                .ifPresent(o -> to.field("Controlled By", o.getKind() + "/" + o.getName()));
        switch (object) {
            case Pod pod -> PodDescription.of(to, pod);
            case Node node -> node(node);
            case Deployment deployment -> deployment(deployment);
            case ReplicaSet set -> replicaSet(set);
            case Service service -> service(service);
            case Secret secret -> {
                // Values stay where they are.
                Description data = to.section("Data");
                secret.getDataMap().forEach((k, v) -> data.field(k, v.size() + " bytes"));
            }
            default -> generic(object);
        }
        events(ObjectKey.of(object));
    }

    private void generic(Message object) {
        Message bare = Meta.with(object, ObjectMeta.getDefaultInstance());
        ObjectYaml.write(bare)
                .lines()
                .filter(line -> !line.startsWith("apiVersion:") && !line.startsWith("kind:"))
                .filter(line -> !line.startsWith("metadata:"))
                .forEach(to::line);
    }

    private void node(Node node) {
        Description addresses = to.section("Addresses");
        node.getStatus()
                .getAddressesList()
                .forEach(a -> addresses.field(a.getType(), a.getAddress()));
        to.field("Pod CIDR", node.getSpec().getPodCIDR());
        to.field("Unschedulable", node.getSpec().getUnschedulable() ? "true" : "false");
        to.field(
                "Taints",
                node.getSpec().getTaintsList().stream()
                        .map(t -> t.getKey() + "=" + t.getValue() + ":" + t.getEffect())
                        .collect(Collectors.joining("\n")));
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("Type", "Status", "Reason", "Message"));
        node.getStatus()
                .getConditionsList()
                .forEach(c ->
                        rows.add(
                                List.of(
                                        c.getType(),
                                        c.getStatus(),
                                        c.getReason(),
                                        c.getMessage())));
        to.section("Conditions").table(rows);
        to.field("Capacity", PodDescription.quantities(node.getStatus().getCapacityMap()));
        to.field("Allocatable", PodDescription.quantities(node.getStatus().getAllocatableMap()));
        var system = node.getStatus().getNodeInfo();
        to.field("Kernel", system.getKernelVersion()).field("OS", system.getOsImage());
        to.field("Version", system.getKubeletVersion());
        pods(new Client.Query(Kinds.POD, "", "", "spec.nodeName=" + node.getMetadata().getName()));
    }

    private void pods(Client.Query query) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("Namespace", "Name", "Status", "IP"));
        for (Message object : session.client().list(query).objects()) {
            Pod pod = (Pod) object;
            rows.add(
                    List.of(
                            pod.getMetadata().getNamespace(),
                            pod.getMetadata().getName(),
                            PodRow.status(pod),
                            pod.getStatus().getPodIP()));
        }
        to.section("Pods (" + (rows.size() - 1) + ")").table(rows);
    }

    private void deployment(Deployment deployment) {
        var spec = deployment.getSpec();
        var status = deployment.getStatus();
        to.field("Selector", Selectors.of(spec.getSelector()).toString());
        to.field(
                "Replicas",
                spec.getReplicas()
                        + " desired, "
                        + status.getUpdatedReplicas()
                        + " updated, "
                        + status.getReplicas()
                        + " total, "
                        + status.getAvailableReplicas()
                        + " available, "
                        + status.getUnavailableReplicas()
                        + " unavailable");
        to.field("Strategy", spec.getStrategy().getType());
        to.field("Paused", spec.getPaused() ? "true" : "");
        PodDescription.template(to.section("Pod Template"), spec.getTemplate());
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("Type", "Status", "Reason", "Message"));
        for (DeploymentCondition c : status.getConditionsList()) {
            rows.add(List.of(c.getType(), c.getStatus(), c.getReason(), c.getMessage()));
        }
        to.section("Conditions").table(rows);
    }

    private void replicaSet(ReplicaSet set) {
        to.field("Selector", Selectors.of(set.getSpec().getSelector()).toString());
        to.field(
                "Replicas",
                set.getSpec().getReplicas()
                        + " desired, "
                        + set.getStatus().getReplicas()
                        + " current, "
                        + set.getStatus().getReadyReplicas()
                        + " ready");
        PodDescription.template(to.section("Pod Template"), set.getSpec().getTemplate());
    }

    private void service(Service service) {
        var spec = service.getSpec();
        to.map("Selector", spec.getSelectorMap()).field("Type", spec.getType());
        to.field("Cluster IP", spec.getClusterIP());
        for (ServicePort port : spec.getPortsList()) {
            var target = port.getTargetPort();
            to.field(
                    "Port",
                    (port.getName().isEmpty() ? "" : port.getName() + " ")
                            + port.getPort()
                            + "/"
                            + port.getProtocol()
                            + " to "
                            + (target.getStrVal().isEmpty()
                                    ? Integer.toString(target.getIntVal())
                                    : target.getStrVal()));
        }
        var query =
                new Client.Query(
                        Kinds.ENDPOINT_SLICE,
                        service.getMetadata().getNamespace(),
                        "kubernetes.io/service-name=" + service.getMetadata().getName(),
                        "");
        List<String> addresses = new ArrayList<>();
        for (Message object : session.client().list(query).objects()) {
            for (var endpoint : ((EndpointSlice) object).getEndpointsList()) {
                boolean ready = endpoint.getConditions().getReady();
                endpoint.getAddressesList()
                        .forEach(a -> addresses.add(ready ? a : a + " (not ready)"));
            }
        }
        to.field("Endpoints", addresses.isEmpty() ? "<none>" : String.join(", ", addresses));
    }

    private void events(ObjectKey key) {
        List<Message> events = GetCommand.eventsOf(session, key);
        if (events.isEmpty()) {
            to.field("Events", "<none>");
            return;
        }
        Instant now = Instant.now();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("Age", "Type", "Reason", "From", "Message"));
        for (Message message : events) {
            Event event = (Event) message;
            String from = event.getSource().getComponent();
            rows.add(
                    List.of(
                            Ages.of(Duration.between(EventsCommand.last(event), now))
                                    + (event.getCount() > 1 ? " (x" + event.getCount() + ")" : ""),
                            event.getType(),
                            event.getReason(),
                            from.isEmpty() ? event.getReportingComponent() : from,
                            event.getMessage()));
        }
        to.section("Events").table(rows);
    }
}

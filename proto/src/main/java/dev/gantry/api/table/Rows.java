package dev.gantry.api.table;

import com.google.protobuf.Message;
import dev.gantry.api.apps.v1.Deployment;
import dev.gantry.api.apps.v1.ReplicaSet;
import dev.gantry.api.core.v1.ConfigMap;
import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.Event;
import dev.gantry.api.core.v1.Namespace;
import dev.gantry.api.core.v1.ObjectReference;
import dev.gantry.api.core.v1.PodSpec;
import dev.gantry.api.core.v1.Secret;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.meta.v1.LabelSelector;
import dev.gantry.api.meta.v1.ObjectMeta;
import dev.gantry.api.meta.v1.Time;
import dev.gantry.api.selector.Selectors;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// The lines of the kinds that need no logic of their own.
final class Rows {
    private static final String NONE = "<none>";

    private Rows() {}

    static List<String> plain(Message object, Instant now) {
        ObjectMeta meta = Meta.of(object);
        return List.of(meta.getName(), Ages.of(meta, now));
    }

    static List<String> namespace(Namespace namespace, Instant now) {
        return List.of(
                namespace.getMetadata().getName(),
                namespace.getStatus().getPhase(),
                Ages.of(namespace.getMetadata(), now));
    }

    static List<String> deployment(Deployment deployment, Instant now) {
        PodSpec pod = deployment.getSpec().getTemplate().getSpec();
        return List.of(
                deployment.getMetadata().getName(),
                deployment.getStatus().getReadyReplicas()
                        + "/"
                        + deployment.getSpec().getReplicas(),
                Integer.toString(deployment.getStatus().getUpdatedReplicas()),
                Integer.toString(deployment.getStatus().getAvailableReplicas()),
                Ages.of(deployment.getMetadata(), now),
                names(pod),
                images(pod),
                selector(deployment.getSpec().getSelector()));
    }

    static List<String> replicaSet(ReplicaSet set, Instant now) {
        PodSpec pod = set.getSpec().getTemplate().getSpec();
        return List.of(
                set.getMetadata().getName(),
                Integer.toString(set.getSpec().getReplicas()),
                Integer.toString(set.getStatus().getReplicas()),
                Integer.toString(set.getStatus().getReadyReplicas()),
                Ages.of(set.getMetadata(), now),
                names(pod),
                images(pod),
                selector(set.getSpec().getSelector()));
    }

    static List<String> configMap(ConfigMap map, Instant now) {
        return List.of(
                map.getMetadata().getName(),
                Integer.toString(map.getDataCount() + map.getBinaryDataCount()),
                Ages.of(map.getMetadata(), now));
    }

    static List<String> secret(Secret secret, Instant now) {
        return List.of(
                secret.getMetadata().getName(),
                secret.getType(),
                Integer.toString(secret.getDataCount()),
                Ages.of(secret.getMetadata(), now));
    }

    static List<String> event(Event event, Instant now) {
        ObjectReference about = event.getInvolvedObject();
        String source =
                event.getSource().getComponent().isEmpty()
                        ? event.getReportingComponent()
                        : event.getSource().getComponent();
        String host = event.getSource().getHost();
        return List.of(
                seen(event.getLastTimestamp(), event, now),
                event.getType(),
                event.getReason(),
                about.getKind().toLowerCase(Locale.ROOT) + "/" + about.getName(),
                event.getMessage().strip(),
                about.getFieldPath(),
                host.isEmpty() ? source : source + ", " + host,
                seen(event.getFirstTimestamp(), event, now),
                Integer.toString(Math.max(1, event.getCount())),
                event.getMetadata().getName());
    }

    private static String seen(Time time, Event event, Instant now) {
        return time.hasSeconds() ? Ages.since(time, now) : Ages.of(event.getMetadata(), now);
    }

    private static String names(PodSpec pod) {
        return pod.getContainersList().stream()
                .map(Container::getName)
                .collect(Collectors.joining(","));
    }

    private static String images(PodSpec pod) {
        return pod.getContainersList().stream()
                .map(Container::getImage)
                .collect(Collectors.joining(","));
    }

    private static String selector(LabelSelector selector) {
        String text = Selectors.of(selector).toString();
        return text.isEmpty() ? NONE : text;
    }
}

package dev.gantry.agent.pod;

import dev.gantry.api.core.v1.Event;
import dev.gantry.api.core.v1.EventSource;
import dev.gantry.api.core.v1.ObjectReference;
import dev.gantry.api.meta.v1.ObjectMeta;
import dev.gantry.api.time.Times;
import java.time.Instant;

/// Events on pods as the kubelet writes them. Repeats are counted by the control plane.
final class EventWriter {
    private static final String COMPONENT = "gantry-agent";
    private static final int MESSAGE_MAX = 1024;

    private final String nodeName;

    EventWriter(String nodeName) {
        this.nodeName = nodeName;
    }

    Event write(PodState state, PodAction.Note note, Instant now) {
        var meta = state.pod().getMetadata();
        var about =
                ObjectReference.newBuilder()
                        .setApiVersion("v1")
                        .setKind("Pod")
                        .setNamespace(meta.getNamespace())
                        .setName(meta.getName())
                        .setUid(meta.getUid());
        if (!note.container().isEmpty()) {
            about.setFieldPath(path(state, note.container()));
        }
        var message = note.message();
        return Event.newBuilder()
                .setMetadata(
                        ObjectMeta.newBuilder()
                                .setNamespace(meta.getNamespace())
                                .setName(name(meta.getName(), now)))
                .setInvolvedObject(about)
                .setReason(note.reason())
                .setMessage(
                        message.length() > MESSAGE_MAX
                                ? message.substring(0, MESSAGE_MAX)
                                : message)
                .setType(note.warning() ? "Warning" : "Normal")
                .setSource(EventSource.newBuilder().setComponent(COMPONENT).setHost(nodeName))
                .setReportingComponent(COMPONENT)
                .setReportingInstance(nodeName)
                .setFirstTimestamp(Times.of(now))
                .setLastTimestamp(Times.of(now))
                .setCount(1)
                .build();
    }

    private static String name(String pod, Instant now) {
        return pod + "." + Long.toHexString(EpochNanos.of(now));
    }

    private static String path(PodState state, String container) {
        boolean init = state.member(container).map(m -> m.role() != Member.Role.MAIN).orElse(false);
        return "spec.%s{%s}".formatted(init ? "initContainers" : "containers", container);
    }
}

package dev.gantry.agent.session;

import dev.gantry.api.core.v1.Event;
import dev.gantry.api.core.v1.NodeCondition;
import dev.gantry.api.v1.AgentMessage;
import dev.gantry.api.v1.EventBatch;
import dev.gantry.api.v1.Heartbeat;
import dev.gantry.api.v1.ImageInventory;
import dev.gantry.api.v1.ImagePullProgress;
import dev.gantry.api.v1.NodeConditions;
import dev.gantry.api.v1.OrderResult;
import dev.gantry.api.v1.PodStatusBatch;
import dev.gantry.api.v1.PodStatusReport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the agent has yet to say, in as few words as it takes: the latest status of each pod until
/// the control plane has stored it, the latest inventory, the latest conditions. Its size is bound
/// by the node's pods and by [#EVENTS_MAX], however long the control plane is away.
///
/// Not thread-safe: the session guards it.
final class Outbox {
    /// Events beyond this many push out the oldest: they tell people a story, and nothing is
    /// decided by them.
    static final int EVENTS_MAX = 1_000;

    /// Keeps a message far below gRPC's bound of 4 MiB, even with statuses of many containers.
    static final int BATCH_BYTES_MAX = 512 * 1024;

    /// With two batches on their way the next one collects what comes meanwhile; so batches grow as
    /// the store gets slower, and no timer is needed.
    static final int UNACKNOWLEDGED_MAX = 2;

    private record Sent(long sequence, PodStatusReport report) {}

    private final LinkedHashMap<String, PodStatusReport> statuses = new LinkedHashMap<>();
    private final LinkedHashMap<String, Sent> unacknowledged = new LinkedHashMap<>();
    private final ArrayDeque<Event> events = new ArrayDeque<>();
    private final LinkedHashMap<String, ImagePullProgress> progress = new LinkedHashMap<>();
    private final ArrayDeque<OrderResult> results = new ArrayDeque<>();
    private @Nullable ImageInventory images;
    private boolean imagesDue;
    private @Nullable NodeConditions conditions;
    private boolean conditionsDue;
    private long heartbeat;
    private long sequence;
    private long acknowledged;
    private long eventsLost;

    void status(PodStatusReport report) {
        statuses.put(report.getUid(), report);
    }

    void events(List<Event> more) {
        for (Event event : more) {
            if (events.size() == EVENTS_MAX) {
                events.removeFirst();
                eventsLost++;
            }
            events.addLast(event);
        }
    }

    void images(ImageInventory inventory) {
        images = inventory;
        imagesDue = true;
    }

    void conditions(List<NodeCondition> latest) {
        conditions = NodeConditions.newBuilder().addAllConditions(latest).build();
        conditionsDue = true;
    }

    void progress(ImagePullProgress latest) {
        progress.put(latest.getOrder(), latest);
    }

    void result(OrderResult result) {
        results.addLast(result);
    }

    /// A heartbeat is due; one that was not sent yet is left out.
    void heartbeat(long number) {
        heartbeat = number;
    }

    /// A new stream begins: what was sent and not acknowledged is due again, unless something newer
    /// replaces it.
    void reconnected() {
        var again = new LinkedHashMap<String, PodStatusReport>();
        unacknowledged.forEach((uid, sent) -> again.put(uid, sent.report()));
        again.putAll(statuses);
        statuses.clear();
        statuses.putAll(again);
        unacknowledged.clear();
        heartbeat = 0;
        sequence = 0;
        acknowledged = 0;
        // The hello of the new stream carries the inventory; orders do not outlive their stream.
        imagesDue = false;
        progress.clear();
        results.clear();
        conditionsDue = conditions != null;
    }

    void acknowledge(long upTo) {
        acknowledged = Math.max(acknowledged, upTo);
        unacknowledged.values().removeIf(sent -> sent.sequence() <= upTo);
    }

    /// Takes the next message to send; empty when there is nothing, or nothing before the next
    /// acknowledgement.
    Optional<AgentMessage> next() {
        var message = AgentMessage.newBuilder();
        if (heartbeat > 0) {
            var beat = Heartbeat.newBuilder().setSequence(heartbeat);
            heartbeat = 0;
            return Optional.of(message.setHeartbeat(beat).build());
        }
        if (!results.isEmpty()) {
            return Optional.of(message.setOrderResult(results.removeFirst()).build());
        }
        if (!statuses.isEmpty() && sequence - acknowledged < UNACKNOWLEDGED_MAX) {
            return Optional.of(message.setPodStatuses(takeStatuses()).build());
        }
        if (conditionsDue && conditions != null) {
            conditionsDue = false;
            return Optional.of(message.setConditions(conditions).build());
        }
        if (!progress.isEmpty()) {
            return Optional.of(
                    message.setPullProgress(progress.pollFirstEntry().getValue()).build());
        }
        if (imagesDue && images != null) {
            imagesDue = false;
            return Optional.of(message.setImages(images).build());
        }
        if (!events.isEmpty()) {
            return Optional.of(message.setEvents(takeEvents()).build());
        }
        return Optional.empty();
    }

    /// Statuses that the control plane has not confirmed yet.
    int outstanding() {
        return statuses.size() + unacknowledged.size();
    }

    long eventsLost() {
        return eventsLost;
    }

    private PodStatusBatch takeStatuses() {
        sequence++;
        var batch = PodStatusBatch.newBuilder().setSequence(sequence);
        int bytes = 0;
        while (!statuses.isEmpty() && bytes < BATCH_BYTES_MAX) {
            PodStatusReport report = statuses.pollFirstEntry().getValue();
            unacknowledged.remove(report.getUid());
            unacknowledged.put(report.getUid(), new Sent(sequence, report));
            batch.addReports(report);
            bytes += report.getSerializedSize();
        }
        return batch.build();
    }

    private EventBatch takeEvents() {
        var taken = new ArrayList<Event>();
        int bytes = 0;
        while (!events.isEmpty() && bytes < BATCH_BYTES_MAX) {
            Event event = events.removeFirst();
            taken.add(event);
            bytes += event.getSerializedSize();
        }
        return EventBatch.newBuilder().addAllEvents(taken).build();
    }
}

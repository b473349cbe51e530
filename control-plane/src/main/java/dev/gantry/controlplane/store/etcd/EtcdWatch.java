package dev.gantry.controlplane.store.etcd;

import com.google.protobuf.UnknownFieldSet;
import dev.gantry.controlplane.store.Change;
import dev.gantry.controlplane.store.CompactedException;
import dev.gantry.controlplane.store.StoreException;
import dev.gantry.controlplane.store.Watch;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One watch of etcd, read by its caller. When the stream breaks, the next one begins after the
/// last revision that was handed out whole, so that none is lost and none comes twice.
final class EtcdWatch implements Watch {
    private static final Logger LOG = LoggerFactory.getLogger(EtcdWatch.class);

    // How many answers etcd may send ahead of the reader.
    private static final int AHEAD = 8;
    private static final Duration RETRY_MIN = Duration.ofMillis(50);
    private static final Duration RETRY_MAX = Duration.ofSeconds(1);

    // A member that has lost its leader ends the stream instead of being silent.
    private static final Metadata.Key<String> HAS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    // rpc.proto of etcd 3.4: WatchCreateRequest.fragment and WatchResponse.fragment. The stubs were
    // generated from an older one and know neither.
    private static final int CREATE_FRAGMENT = 8;
    private static final int RESPONSE_FRAGMENT = 7;
    private static final UnknownFieldSet FRAGMENTED =
            UnknownFieldSet.newBuilder()
                    .addField(
                            CREATE_FRAGMENT,
                            UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                    .build();

    private final EtcdChannel channel;
    private final String prefix;
    private final List<Change> fragments = new ArrayList<>();
    private long from;
    private @Nullable Stream stream;
    private Duration retry = RETRY_MIN;
    private volatile boolean closed;

    /// What the stream brought.
    private sealed interface Message {
        record Response(WatchResponse response) implements Message {}

        record Broken(Status status) implements Message {}
    }

    EtcdWatch(EtcdChannel channel, String prefix, long from) {
        this.channel = channel;
        this.prefix = prefix;
        this.from = from;
    }

    @Override
    public List<Change> next() throws InterruptedException {
        while (true) {
            checkOpen();
            Stream current = stream();
            Message message = current.messages.take();
            checkOpen();
            switch (message) {
                case Message.Response(WatchResponse response) -> {
                    current.consumed();
                    List<Change> changes = changes(response);
                    if (!changes.isEmpty()) {
                        return changes;
                    }
                }
                case Message.Broken(Status status) -> broken(status);
            }
        }
    }

    private List<Change> changes(WatchResponse response) {
        if (response.getCompactRevision() > 0) {
            close();
            throw new CompactedException(from, response.getCompactRevision());
        }
        if (response.getCanceled()) {
            drop();
            LOG.atWarn()
                    .addKeyValue("reason", response.getCancelReason())
                    .log("etcd ended a watch, it is resumed");
            return List.of();
        }
        if (response.getCreated() && response.getHeader().getRevision() < from - 1) {
            // A restored backup: what was handed out is not the history of this store.
            close();
            throw new CompactedException(from, response.getHeader().getRevision());
        }
        response.getEventsList().forEach(event -> fragments.add(change(event)));
        if (fragment(response) || fragments.isEmpty()) {
            return List.of();
        }
        List<Change> changes = List.copyOf(fragments);
        fragments.clear();
        from = changes.getLast().revision() + 1;
        retry = RETRY_MIN;
        return changes;
    }

    /// Whether more of the same revisions follows in another answer.
    private static boolean fragment(WatchResponse response) {
        return response.getUnknownFields().getField(RESPONSE_FRAGMENT).getVarintList().contains(1L);
    }

    private static Change change(Event event) {
        KeyValue kv = event.getKv();
        return event.getType() == Event.EventType.DELETE
                ? new Change.Deleted(kv.getKey().toStringUtf8(), kv.getModRevision())
                : new Change.Put(EtcdKeys.entry(kv));
    }

    private void broken(Status status) throws InterruptedException {
        drop();
        StoreException cause = EtcdErrors.of("watch " + prefix, channel.endpoint(), status);
        if (retry.equals(RETRY_MAX)) {
            LOG.atDebug().setCause(cause).log("watch is still broken");
        } else {
            LOG.atInfo()
                    .addKeyValue("revision", from)
                    .addKeyValue("reason", cause.getMessage())
                    .log("watch broke, it is resumed");
        }
        channel.failover();
        channel.pause(retry);
        Duration twice = retry.multipliedBy(2);
        retry = twice.compareTo(RETRY_MAX) < 0 ? twice : RETRY_MAX;
    }

    private void drop() {
        // What came of a revision that is not complete comes again.
        fragments.clear();
        Stream current = stream;
        stream = null;
        if (current != null) {
            current.cancel();
        }
    }

    private Stream stream() {
        Stream current = stream;
        if (current == null) {
            current = open();
            stream = current;
        }
        return current;
    }

    private Stream open() {
        Metadata headers = new Metadata();
        headers.put(HAS_LEADER, "true");
        Stream opened = new Stream();
        var requests =
                WatchGrpc.newStub(channel.channel())
                        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                        .watch(opened);
        requests.onNext(
                WatchRequest.newBuilder()
                        .setCreateRequest(
                                WatchCreateRequest.newBuilder()
                                        .setKey(EtcdKeys.first(prefix))
                                        .setRangeEnd(EtcdKeys.end(prefix))
                                        .setStartRevision(from)
                                        .setUnknownFields(FRAGMENTED))
                        .build());
        return opened;
    }

    private void checkOpen() {
        if (closed) {
            throw EtcdStore.closed("the watch of " + prefix);
        }
        channel.checkOpen();
    }

    @Override
    public void close() {
        closed = true;
        Stream current = stream;
        if (current != null) {
            current.cancel();
        }
    }

    /// A stream of the watch API; its messages wait here for the reader.
    private static final class Stream
            implements ClientResponseObserver<WatchRequest, WatchResponse> {
        private final LinkedBlockingQueue<Message> messages = new LinkedBlockingQueue<>();
        private volatile @Nullable ClientCallStreamObserver<WatchRequest> requests;

        @Override
        public void beforeStart(ClientCallStreamObserver<WatchRequest> started) {
            requests = started;
            started.disableAutoRequestWithInitial(AHEAD);
        }

        @Override
        public void onNext(WatchResponse response) {
            messages.add(new Message.Response(response));
        }

        @Override
        public void onError(Throwable cause) {
            messages.add(new Message.Broken(Status.fromThrowable(cause)));
        }

        @Override
        public void onCompleted() {
            messages.add(new Message.Broken(Status.UNAVAILABLE.withDescription("stream ended")));
        }

        void consumed() {
            ClientCallStreamObserver<WatchRequest> current = requests;
            if (current != null) {
                current.request(1);
            }
        }

        void cancel() {
            ClientCallStreamObserver<WatchRequest> current = requests;
            if (current != null) {
                current.cancel("the watch ends", null);
            }
            messages.add(new Message.Broken(Status.CANCELLED));
        }
    }
}

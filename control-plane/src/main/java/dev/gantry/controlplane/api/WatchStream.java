package dev.gantry.controlplane.api;

import com.google.protobuf.Message;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.v1.WatchRequest;
import dev.gantry.api.v1.WatchResponse;
import dev.gantry.controlplane.cache.ChangeEvent;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.cache.Subscription;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// One client's watch. Nothing is sent that the client has not made room for: while there is none
/// the subscription waits, and a client that makes none for too long is cut.
final class WatchStream implements Subscription.Listener {
    /// A client that takes nothing for so long is gone or hopelessly behind; it resumes by itself.
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ObjectStore objects;
    private final ServerCallStreamObserver<WatchResponse> client;
    private final ObjectFilter filter;
    private final Semaphore room = new Semaphore(0);
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicReference<@Nullable Subscription> subscription = new AtomicReference<>();

    private WatchStream(
            ObjectStore objects,
            ServerCallStreamObserver<WatchResponse> client,
            ObjectFilter filter) {
        this.objects = objects;
        this.client = client;
        this.filter = filter;
    }

    /// Serves a watch until the client, the cache or the server ends it. Returns at once: what is
    /// sent, is sent from another thread, since gRPC tells of room only while the call's own is
    /// free.
    static void start(
            ObjectStore objects,
            WatchRequest request,
            ServerCallStreamObserver<WatchResponse> client) {
        var kind = Wire.kind(request.getKind());
        var filter =
                ObjectFilter.parse(kind, request.getLabelSelector(), request.getFieldSelector());
        var from = revision(request.getResourceVersion());
        var namespace = kind.namespaced() ? request.getNamespace() : "";
        var stream = new WatchStream(objects, client, filter);
        client.setOnReadyHandler(stream.room::release);
        client.setOnCancelHandler(stream::stop);
        Thread.ofVirtual()
                .name("watch-" + kind.plural())
                .start(() -> stream.begin(kind, namespace, from));
    }

    /// @return -1 for "from the present objects on"
    private static long revision(String text) {
        if (text.isEmpty()) {
            return -1;
        }
        try {
            var revision = Long.parseLong(text);
            if (revision >= 0) {
                return revision;
            }
        } catch (NumberFormatException _) {
            // Answered below, as a negative number is.
        }
        throw ApiException.invalid("resourceVersion", "\"" + text + "\" is no revision");
    }

    @SuppressWarnings("IllegalCatch")
    private void begin(Kind kind, String namespace, long from) {
        try {
            var revision = from < 0 ? sendPresent(kind, namespace) : from;
            var started = objects.watch(kind, namespace, revision + 1, this);
            subscription.set(started);
            if (ended.get()) {
                started.close();
            }
        } catch (InterruptedException | RuntimeException e) {
            fail(e);
        }
    }

    private long sendPresent(Kind kind, String namespace) throws InterruptedException {
        objects.awaitFresh();
        var listing = objects.list(kind, namespace);
        for (var object : listing.objects()) {
            if (filter.matches(object)) {
                send(response(WatchResponse.Type.ADDED, object, listing.revision()));
            }
        }
        send(bookmarkAt(listing.revision()));
        return listing.revision();
    }

    @Override
    public void changed(List<ChangeEvent> events) throws InterruptedException {
        for (var event : events) {
            var type = type(event);
            if (type != WatchResponse.Type.TYPE_UNSPECIFIED) {
                send(response(type, event.object(), event.revision()));
            }
        }
    }

    @Override
    public void bookmark(long nextRevision) throws InterruptedException {
        send(bookmarkAt(nextRevision - 1));
    }

    @Override
    public void closed(Subscription.Reason reason) {
        fail(
                switch (reason) {
                    case COMPACTED, RESET ->
                            new ApiException(
                                    ApiException.Reason.COMPACTED,
                                    "the revision to watch from is no longer kept, list again");
                    case SLOW -> slow();
                    case STOPPED ->
                            new ApiException(
                                    ApiException.Reason.UNAVAILABLE, "the server is stopping");
                });
    }

    /// An object that begins or ceases to match its selectors appears or vanishes for this client.
    private WatchResponse.Type type(ChangeEvent event) {
        var before = event.before() != null && filter.matches(event.before());
        var after = event.after() != null && filter.matches(event.after());
        if (after) {
            return before ? WatchResponse.Type.MODIFIED : WatchResponse.Type.ADDED;
        }
        return before ? WatchResponse.Type.DELETED : WatchResponse.Type.TYPE_UNSPECIFIED;
    }

    private static WatchResponse response(WatchResponse.Type type, Message object, long revision) {
        var shown =
                type == WatchResponse.Type.DELETED
                        ? Meta.edit(object, m -> m.setResourceVersion(Long.toString(revision)))
                        : object;
        return WatchResponse.newBuilder()
                .setType(type)
                .setObject(Wire.object(shown))
                .setResourceVersion(Long.toString(revision))
                .build();
    }

    private static WatchResponse bookmarkAt(long revision) {
        return WatchResponse.newBuilder()
                .setType(WatchResponse.Type.BOOKMARK)
                .setResourceVersion(Long.toString(revision))
                .build();
    }

    private void send(WatchResponse response) throws InterruptedException {
        while (!client.isReady() && !ended.get()) {
            if (!room.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                fail(slow());
            }
        }
        room.drainPermits();
        if (!ended.get()) {
            client.onNext(response);
        }
    }

    private static ApiException slow() {
        return new ApiException(
                ApiException.Reason.SLOW,
                "the watch was read too slowly, watch again from the last revision");
    }

    private void fail(Exception cause) {
        if (ended.compareAndSet(false, true)) {
            stop();
            try {
                client.onError(Errors.of(cause));
            } catch (IllegalStateException _) {
                // The client has gone at the same moment, so that nobody is left to be told.
                room.release();
            }
        }
    }

    private void stop() {
        ended.set(true);
        room.release();
        var open = subscription.getAndSet(null);
        if (open != null) {
            open.close();
        }
    }
}

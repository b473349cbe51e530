package dev.gantry.cli.session;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.v1.ClusterGrpc;
import dev.gantry.api.v1.GetRequest;
import dev.gantry.api.v1.ImagesGrpc;
import dev.gantry.api.v1.KindRef;
import dev.gantry.api.v1.ListRequest;
import dev.gantry.api.v1.ListResponse;
import dev.gantry.api.v1.ObjectRef;
import dev.gantry.api.v1.PodsGrpc;
import dev.gantry.api.v1.ResourceObject;
import dev.gantry.api.v1.ResourcesGrpc;
import dev.gantry.api.v1.WatchRequest;
import dev.gantry.api.v1.WatchResponse;
import dev.gantry.api.v1.WriteRequest;
import dev.gantry.api.v1.WriteResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// The control plane, as commands call it. Thread-safe.
public final class Client implements AutoCloseable {
    /// A plain call that takes longer has been lost.
    private static final int CALL_SECONDS = 30;

    private static final String MANAGER = "gantry";

    private final ManagedChannel channel;

    public Client(ManagedChannel channel) {
        this.channel = channel;
    }

    /// The objects of one kind that a command is about.
    ///
    /// @param namespace empty for all
    public record Query(Kind kind, String namespace, String labels, String fields) {
        public static Query all(Kind kind, String namespace) {
            return new Query(kind, namespace, "", "");
        }

        /// One object.
        public static Query one(ObjectKey key) {
            return new Query(key.kind(), key.namespace(), "", "metadata.name=" + key.name());
        }
    }

    /// @param revision to watch from
    public record Listing(List<Message> objects, String revision) {}

    public ResourcesGrpc.ResourcesBlockingStub resources() {
        return ResourcesGrpc.newBlockingStub(channel)
                .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
    }

    public PodsGrpc.PodsStub pods() {
        return PodsGrpc.newStub(channel);
    }

    public PodsGrpc.PodsBlockingStub podsBlocking() {
        return PodsGrpc.newBlockingStub(channel);
    }

    public ImagesGrpc.ImagesBlockingStub images() {
        return ImagesGrpc.newBlockingStub(channel);
    }

    public ImagesGrpc.ImagesStub imagesAsync() {
        return ImagesGrpc.newStub(channel);
    }

    public ClusterGrpc.ClusterBlockingStub cluster() {
        return ClusterGrpc.newBlockingStub(channel)
                .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
    }

    /// One object that must exist.
    public Message get(ObjectKey key) {
        return object(resources().get(GetRequest.newBuilder().setRef(ref(key)).build()));
    }

    /// One object, when it exists.
    public Optional<Message> find(ObjectKey key) {
        try {
            return Optional.of(get(key));
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /// All objects of a query, page by page.
    public Listing list(Query query) {
        List<Message> objects = new ArrayList<>();
        ListRequest.Builder request =
                ListRequest.newBuilder()
                        .setKind(ref(query.kind()))
                        .setNamespace(query.namespace())
                        .setLabelSelector(query.labels())
                        .setFieldSelector(query.fields());
        // Objects with labels cannot be read without: better now, while the connection is made.
        var _ = query.kind().prototype().getDescriptorForType();
        ListResponse page;
        do {
            page = resources().list(request.build());
            page.getItemsList().forEach(item -> objects.add(object(item)));
            request.setContinue(page.getContinue());
        } while (!page.getContinue().isEmpty());
        return new Listing(List.copyOf(objects), page.getResourceVersion());
    }

    /// Changes after a revision; from an empty one, what is there first.
    ///
    /// @param millis how long to watch; 0 is for ever
    public Iterator<WatchResponse> watch(Query query, String revision, long millis) {
        var stub = ResourcesGrpc.newBlockingStub(channel);
        return (millis == 0 ? stub : stub.withDeadlineAfter(millis, TimeUnit.MILLISECONDS))
                .watch(
                        WatchRequest.newBuilder()
                                .setKind(ref(query.kind()))
                                .setNamespace(query.namespace())
                                .setLabelSelector(query.labels())
                                .setFieldSelector(query.fields())
                                .setResourceVersion(revision)
                                .build());
    }

    /// Replaces an object, compared by its resourceVersion.
    public Message update(Message object) {
        return object(resources().update(write(List.of(object), false)).getResults(0).getObject());
    }

    public WriteResponse create(List<Message> objects, boolean dryRun) {
        return resources().create(write(objects, dryRun));
    }

    private static WriteRequest write(List<Message> objects, boolean dryRun) {
        return WriteRequest.newBuilder()
                .addAllObjects(objects.stream().map(Client::wrap).toList())
                .setDryRun(dryRun)
                .setFieldManager(MANAGER)
                .build();
    }

    public static KindRef ref(Kind kind) {
        return KindRef.newBuilder().setApiVersion(kind.apiVersion()).setKind(kind.name()).build();
    }

    public static ObjectRef ref(ObjectKey key) {
        return ObjectRef.newBuilder()
                .setKind(ref(key.kind()))
                .setNamespace(key.namespace())
                .setName(key.name())
                .build();
    }

    public static ResourceObject wrap(Message object) {
        return ResourceObject.newBuilder()
                .setKind(ref(Kinds.of(object)))
                .setObject(Any.pack(object))
                .build();
    }

    /// The object in an answer.
    public static Message object(ResourceObject object) {
        Kind kind =
                Kinds.byTypeUrl(object.getObject().getTypeUrl())
                        .orElseThrow(() ->
                                new CommandException(
                                        "the control plane sent a kind that this client is"
                                                + " too old for: "
                                                + object.getKind().getKind()));
        return kind.parse(object.getObject().getValue());
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}

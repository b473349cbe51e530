package dev.gantry.controlplane.node.grpc;

import dev.gantry.api.stream.MessageStream;
import dev.gantry.api.v1.AgentMessage;
import dev.gantry.api.v1.ImageProgress;
import dev.gantry.api.v1.ImagePullProgress;
import dev.gantry.api.v1.ImagesGrpc;
import dev.gantry.api.v1.ListImagesRequest;
import dev.gantry.api.v1.ListImagesResponse;
import dev.gantry.api.v1.LoadImageRequest;
import dev.gantry.api.v1.NodeImages;
import dev.gantry.api.v1.PullImageRequest;
import dev.gantry.api.v1.PullOrder;
import dev.gantry.api.v1.RemoveImageOrder;
import dev.gantry.api.v1.RemoveImageRequest;
import dev.gantry.api.v1.RemoveImageResponse;
import dev.gantry.controlplane.node.NodeSession;
import dev.gantry.controlplane.node.NodeSessions;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// Images on nodes: lists what sessions hold in memory, and orders pulls, loads and removals.
final class ImagesService extends ImagesGrpc.ImagesImplBase {
    private final NodeSessions sessions;
    private final Tunnels tunnels;
    private final CallThreads threads;

    ImagesService(NodeSessions sessions, Tunnels tunnels, CallThreads threads) {
        this.sessions = sessions;
        this.tunnels = tunnels;
        this.threads = threads;
    }

    @Override
    public void list(ListImagesRequest request, StreamObserver<ListImagesResponse> responses) {
        MessageStream<ListImagesRequest, ListImagesResponse> call =
                MessageStream.answering(responses);
        threads.serve(
                call,
                () -> {
                    var response = ListImagesResponse.newBuilder();
                    for (NodeSession session : listed(request.getNode())) {
                        response.addNodes(
                                NodeImages.newBuilder()
                                        .setNode(session.node())
                                        .addAllImages(session.images().getImagesList()));
                    }
                    call.write(response.build());
                });
    }

    @Override
    public void pull(PullImageRequest request, StreamObserver<ImageProgress> responses) {
        MessageStream<PullImageRequest, ImageProgress> call = MessageStream.answering(responses);
        threads.serve(
                call,
                () -> {
                    if (request.getImage().isEmpty()) {
                        throw PodLookup.failure(
                                Status.INVALID_ARGUMENT, "image: must not be empty");
                    }
                    var answers = new Answers();
                    try {
                        for (NodeSession session : targets(request.getNode())) {
                            order(session, request, answers);
                        }
                        answers.sendTo(call);
                    } finally {
                        answers.close();
                    }
                });
    }

    private void order(NodeSession session, PullImageRequest request, Answers answers) {
        String id = tunnels.newId();
        answers.expect(session, id);
        var order =
                PullOrder.newBuilder()
                        .setId(id)
                        .setImage(request.getImage())
                        .setUsername(request.getUsername())
                        .setPassword(request.getPassword())
                        .build();
        boolean sent =
                session.order(
                        order, message -> answers.put(session.node(), message.getPullProgress()));
        if (!sent) {
            answers.lost(session.node());
        }
    }

    @Override
    public StreamObserver<LoadImageRequest> load(StreamObserver<ImageProgress> responses) {
        MessageStream<LoadImageRequest, ImageProgress> call = MessageStream.serving(responses);
        threads.serve(call, () -> load(call));
        return call.inbound();
    }

    private void load(MessageStream<LoadImageRequest, ImageProgress> call)
            throws InterruptedException {
        var start =
                call.read()
                        .filter(LoadImageRequest::hasStart)
                        .map(LoadImageRequest::getStart)
                        .orElseThrow(() ->
                                PodLookup.failure(
                                        Status.INVALID_ARGUMENT,
                                        "the first message of a load is its start"));
        var loads = new ArrayList<NodeLoad>();
        for (NodeSession session : targets(start.getNode())) {
            loads.add(NodeLoad.open(session, start, tunnels, call));
        }
        var readers = new ArrayList<Thread>();
        for (NodeLoad load : loads) {
            readers.add(threads.beside(call, load::report));
        }
        var data = call.read();
        while (data.isPresent()) {
            for (NodeLoad load : loads) {
                load.send(data.get().getData());
            }
            data = call.read();
        }
        for (NodeLoad load : loads) {
            load.end();
        }
        for (Thread reader : readers) {
            reader.join();
        }
    }

    @Override
    public void remove(RemoveImageRequest request, StreamObserver<RemoveImageResponse> responses) {
        MessageStream<RemoveImageRequest, RemoveImageResponse> call =
                MessageStream.answering(responses);
        threads.serve(
                call,
                () -> {
                    var removed = new TreeSet<String>();
                    for (NodeSession session : targets(request.getNode())) {
                        removed.addAll(remove(session, request.getImage()));
                    }
                    call.write(RemoveImageResponse.newBuilder().addAllRemoved(removed).build());
                });
    }

    private List<String> remove(NodeSession session, String image) throws InterruptedException {
        String id = tunnels.newId();
        var order = RemoveImageOrder.newBuilder().setId(id).setImage(image).build();
        AgentMessage answer = tunnels.answer(session, id, l -> session.order(order, l));
        var result = answer.getOrderResult();
        if (result.getCode() != Status.Code.OK.value()) {
            throw PodLookup.failure(
                    Status.fromCodeValue(result.getCode()),
                    "node " + session.node() + ": " + result.getMessage());
        }
        return result.getRemovedList();
    }

    private List<NodeSession> listed(String node) {
        return node.isEmpty() ? List.copyOf(sessions.all()) : List.of(one(node));
    }

    private List<NodeSession> targets(String node) {
        List<NodeSession> found = listed(node);
        if (found.isEmpty()) {
            throw PodLookup.failure(Status.UNAVAILABLE, "no node is connected");
        }
        return found;
    }

    private NodeSession one(String node) {
        return sessions.of(node).orElseThrow(() -> Tunnels.unavailable(node));
    }

    /// A node's progress as callers see it.
    static ImageProgress progress(String node, ImagePullProgress progress) {
        return ImageProgress.newBuilder()
                .setNode(node)
                .setImage(progress.getImage())
                .setBytesDone(progress.getBytesDone())
                .setBytesTotal(progress.getBytesTotal())
                .setLayersDone(progress.getLayersDone())
                .setLayersTotal(progress.getLayersTotal())
                .setDone(progress.getDone())
                .setError(progress.getError())
                .setDigest(progress.getDigest())
                .setPhase(progress.getPhase())
                .build();
    }
}

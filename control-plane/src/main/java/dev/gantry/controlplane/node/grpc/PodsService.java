package dev.gantry.controlplane.node.grpc;

import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.stream.MessageStream;
import dev.gantry.api.v1.ExecRequest;
import dev.gantry.api.v1.ExecResponse;
import dev.gantry.api.v1.ExecStart;
import dev.gantry.api.v1.LogsRequest;
import dev.gantry.api.v1.LogsResponse;
import dev.gantry.api.v1.PodsGrpc;
import dev.gantry.api.v1.PortForwardRequest;
import dev.gantry.api.v1.PortForwardResponse;
import dev.gantry.api.v1.TunnelDown;
import dev.gantry.api.v1.TunnelOrder;
import dev.gantry.api.v1.TunnelUp;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Optional;

/// Relays what people do with containers to the pod's node, through one tunnel for each call.
final class PodsService extends PodsGrpc.PodsImplBase {
    private final PodLookup pods;
    private final Tunnels tunnels;
    private final CallThreads threads;
    private final Relay relay;

    PodsService(PodLookup pods, Tunnels tunnels, CallThreads threads) {
        this.pods = pods;
        this.tunnels = tunnels;
        this.threads = threads;
        this.relay = new Relay(threads);
    }

    @Override
    public void logs(LogsRequest request, StreamObserver<LogsResponse> responses) {
        MessageStream<LogsRequest, LogsResponse> call = MessageStream.answering(responses);
        threads.serve(
                call,
                () -> {
                    Pod pod = pods.pod(request.getNamespace(), request.getPod());
                    var logs =
                            request.toBuilder()
                                    .setNamespace(pod.getMetadata().getNamespace())
                                    .setContainer(pods.container(pod, request.getContainer()));
                    var order = TunnelOrder.newBuilder().setLogs(logs);
                    var tunnel = tunnels.open(pods.session(pod), order);
                    relay.up(
                            tunnel,
                            call,
                            up -> Optional.of(up).filter(TunnelUp::hasLogs).map(TunnelUp::getLogs));
                });
    }

    @Override
    public StreamObserver<ExecRequest> exec(StreamObserver<ExecResponse> responses) {
        return exec(responses, TunnelOrder.Builder::setExec);
    }

    @Override
    public StreamObserver<ExecRequest> attach(StreamObserver<ExecResponse> responses) {
        return exec(responses, TunnelOrder.Builder::setAttach);
    }

    private interface Into {
        TunnelOrder.Builder set(TunnelOrder.Builder order, ExecStart start);
    }

    private StreamObserver<ExecRequest> exec(StreamObserver<ExecResponse> responses, Into into) {
        MessageStream<ExecRequest, ExecResponse> call = MessageStream.serving(responses);
        threads.serve(
                call,
                () -> {
                    ExecStart start =
                            call.read().map(ExecRequest::getStart).orElseThrow(this::none);
                    Pod pod = pods.running(start.getNamespace(), start.getPod());
                    ExecStart.Builder resolved =
                            start.toBuilder()
                                    .setNamespace(pod.getMetadata().getNamespace())
                                    .setContainer(pods.container(pod, start.getContainer()));
                    var order = into.set(TunnelOrder.newBuilder(), resolved.build());
                    var tunnel = tunnels.open(pods.session(pod), order);
                    relay.down(call, tunnel, r -> TunnelDown.newBuilder().setExec(r).build());
                    relay.up(
                            tunnel,
                            call,
                            up -> Optional.of(up).filter(TunnelUp::hasExec).map(TunnelUp::getExec));
                });
        return call.inbound();
    }

    @Override
    public StreamObserver<PortForwardRequest> portForward(
            StreamObserver<PortForwardResponse> responses) {
        MessageStream<PortForwardRequest, PortForwardResponse> call =
                MessageStream.serving(responses);
        threads.serve(
                call,
                () -> {
                    var start =
                            call.read().map(PortForwardRequest::getStart).orElseThrow(this::none);
                    Pod pod = pods.running(start.getNamespace(), start.getPod());
                    var resolved = start.toBuilder().setNamespace(pod.getMetadata().getNamespace());
                    var order = TunnelOrder.newBuilder().setPortForward(resolved);
                    var tunnel = tunnels.open(pods.session(pod), order);
                    relay.down(
                            call, tunnel, r -> TunnelDown.newBuilder().setPortForward(r).build());
                    relay.up(
                            tunnel,
                            call,
                            up ->
                                    Optional.of(up)
                                            .filter(TunnelUp::hasPortForward)
                                            .map(TunnelUp::getPortForward));
                });
        return call.inbound();
    }

    private RuntimeException none() {
        return PodLookup.failure(
                Status.INVALID_ARGUMENT, "the first message of the call is its start");
    }
}

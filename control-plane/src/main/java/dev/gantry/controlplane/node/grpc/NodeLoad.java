package dev.gantry.controlplane.node.grpc;

import com.google.protobuf.ByteString;
import dev.gantry.api.stream.MessageStream;
import dev.gantry.api.v1.ImageProgress;
import dev.gantry.api.v1.LoadImageStart;
import dev.gantry.api.v1.LoadOrder;
import dev.gantry.api.v1.TunnelDown;
import dev.gantry.api.v1.TunnelOrder;
import dev.gantry.api.v1.TunnelUp;
import dev.gantry.controlplane.node.NodeSession;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Optional;

/// The loading of an archive into one node. A node that fails says so in the progress and does not
/// stop the others.
final class NodeLoad {
    private static final int CHUNK = 64 * 1024;

    private final String node;
    private final MessageStream<TunnelUp, TunnelDown> tunnel;
    private final MessageStream<?, ImageProgress> call;
    private volatile boolean over;

    private NodeLoad(
            String node,
            MessageStream<TunnelUp, TunnelDown> tunnel,
            MessageStream<?, ImageProgress> call) {
        this.node = node;
        this.tunnel = tunnel;
        this.call = call;
    }

    static NodeLoad open(
            NodeSession session,
            LoadImageStart start,
            Tunnels tunnels,
            MessageStream<?, ImageProgress> call)
            throws InterruptedException {
        var order =
                TunnelOrder.newBuilder().setLoad(LoadOrder.newBuilder().setName(start.getName()));
        var tunnel = tunnels.open(session, order);
        call.onClosed(() -> tunnel.fail(Status.CANCELLED.withDescription("the caller has gone")));
        return new NodeLoad(session.node(), tunnel, call);
    }

    void send(ByteString data) throws InterruptedException {
        for (int at = 0; at < data.size(); at += CHUNK) {
            ByteString part = data.substring(at, Math.min(data.size(), at + CHUNK));
            send(TunnelDown.newBuilder().setData(part).build());
        }
    }

    void end() throws InterruptedException {
        send(TunnelDown.newBuilder().setEnd(true).build());
    }

    private void send(TunnelDown message) throws InterruptedException {
        try {
            if (!over) {
                tunnel.write(message);
            }
        } catch (StatusRuntimeException _) {
            // The reader of this tunnel reports why.
            over = true;
        }
    }

    /// Passes the node's progress on until it is done.
    void report() throws InterruptedException {
        try {
            Optional<TunnelUp> up = Relay.next(tunnel);
            while (up.isPresent()) {
                call.write(ImagesService.progress(node, up.get().getProgress()));
                up = Relay.next(tunnel);
            }
            tunnel.complete();
        } catch (StatusRuntimeException e) {
            if (call.failed()) {
                return;
            }
            String words = e.getStatus().getDescription();
            call.write(
                    ImageProgress.newBuilder()
                            .setNode(node)
                            .setDone(true)
                            .setError(words == null ? e.getStatus().toString() : words)
                            .build());
        } finally {
            over = true;
        }
    }
}

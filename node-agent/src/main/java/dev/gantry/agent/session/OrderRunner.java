package dev.gantry.agent.session;

import dev.gantry.api.stream.MessageStream;
import dev.gantry.api.v1.ImagePullProgress;
import dev.gantry.api.v1.LoadOrder;
import dev.gantry.api.v1.OrderResult;
import dev.gantry.api.v1.PullOrder;
import dev.gantry.api.v1.RemoveImageOrder;
import dev.gantry.api.v1.TunnelDown;
import dev.gantry.api.v1.TunnelError;
import dev.gantry.api.v1.TunnelOrder;
import dev.gantry.api.v1.TunnelUp;
import dev.gantry.loop.LogKeys;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries out one order of the control plane, on the thread that calls it, and reports how it
/// ended: in the tunnel when the order has one, else by progress or result messages of the session.
final class OrderRunner {
    private static final Logger LOG = LoggerFactory.getLogger(OrderRunner.class);

    private final NodeWork work;

    OrderRunner(NodeWork work) {
        this.work = work;
    }

    void tunnel(TunnelOrder order, MessageStream<TunnelDown, TunnelUp> tunnel) {
        tunnel.onClosed(Thread.currentThread()::interrupt);
        try {
            tunnel.write(TunnelUp.newBuilder().setId(order.getId()).build());
            try {
                serve(order, new TunnelStreams(tunnel));
            } catch (RuntimeException e) {
                if (e instanceof TunnelClosedException || e instanceof StatusRuntimeException) {
                    throw e;
                }
                tunnel.write(TunnelUp.newBuilder().setError(error(order.getId(), e)).build());
            }
            tunnel.complete();
        } catch (TunnelClosedException | StatusRuntimeException e) {
            LOG.atDebug().addKeyValue(LogKeys.KEY, order.getId()).setCause(e).log("tunnel closed");
            tunnel.fail(Status.CANCELLED.withDescription("the tunnel is of no use any more"));
        } catch (InterruptedException _) {
            tunnel.fail(Status.CANCELLED.withDescription("the agent stopped serving"));
            Thread.currentThread().interrupt();
        }
    }

    private void serve(TunnelOrder order, TunnelStreams streams) throws InterruptedException {
        switch (order.getRequestCase()) {
            case LOGS -> work.logs(order.getLogs(), streams.logs());
            case EXEC -> streams.exited(work.exec(order.getExec(), streams));
            case ATTACH -> streams.exited(work.attach(order.getAttach(), streams));
            case PORT_FORWARD -> work.portForward(order.getPortForward(), streams);
            case LOAD -> load(order.getLoad(), streams);
            case REQUEST_NOT_SET ->
                    throw new WorkException(
                            WorkException.Reason.UNSUPPORTED,
                            "this agent does not know what the control plane asks for; it is"
                                    + " older");
        }
    }

    private void load(LoadOrder order, TunnelStreams streams) throws InterruptedException {
        var images = work.load(order, streams.archive(), sendingTo(streams));
        for (var image : images) {
            var progress =
                    ImagePullProgress.newBuilder()
                            .setImage(
                                    image.getNamesCount() > 0
                                            ? image.getNames(0)
                                            : image.getDigest())
                            .setDigest(image.getDigest())
                            .setDone(true);
            streams.send(TunnelUp.newBuilder().setProgress(progress).build());
        }
    }

    // Progress must not wait for a slow reader, but the tunnel's own window is wide enough for the
    // few messages that an import makes, and when it is not, waiting slows the import down, no
    // more.
    private static Consumer<ImagePullProgress> sendingTo(TunnelStreams streams) {
        return progress -> {
            try {
                streams.send(TunnelUp.newBuilder().setProgress(progress).build());
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        };
    }

    /// Pulls, and tells `say` how far it is; the last message has done, or an error.
    void pull(PullOrder order, Consumer<ImagePullProgress> say) {
        try {
            String digest =
                    work.pull(
                            order,
                            progress ->
                                    say.accept(
                                            progress.toBuilder()
                                                    .setOrder(order.getId())
                                                    .setImage(order.getImage())
                                                    .setDone(false)
                                                    .build()));
            say.accept(end(order).setDigest(digest).build());
        } catch (InterruptedException _) {
            say.accept(end(order).setError("the agent stopped").build());
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            say.accept(end(order).setError(error(order.getId(), e).getMessage()).build());
        }
    }

    /// Removes an image.
    OrderResult remove(RemoveImageOrder order) {
        var result = OrderResult.newBuilder().setId(order.getId());
        try {
            return result.addAllRemoved(work.removeImage(order)).build();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return result.setCode(Status.Code.UNAVAILABLE.value())
                    .setMessage("the agent stopped")
                    .build();
        } catch (RuntimeException e) {
            var error = error(order.getId(), e);
            return result.setCode(error.getCode()).setMessage(error.getMessage()).build();
        }
    }

    private static ImagePullProgress.Builder end(PullOrder order) {
        return ImagePullProgress.newBuilder()
                .setOrder(order.getId())
                .setImage(order.getImage())
                .setDone(true);
    }

    private static TunnelError error(String order, RuntimeException e) {
        if (e instanceof WorkException known) {
            return TunnelError.newBuilder()
                    .setCode(known.reason().code())
                    .setMessage(String.valueOf(known.getMessage()))
                    .build();
        }
        LOG.atError()
                .addKeyValue(LogKeys.KEY, order)
                .setCause(e)
                .log("an order failed unexpectedly");
        return TunnelError.newBuilder()
                .setCode(Status.Code.INTERNAL.value())
                .setMessage("the node failed: " + e)
                .build();
    }
}

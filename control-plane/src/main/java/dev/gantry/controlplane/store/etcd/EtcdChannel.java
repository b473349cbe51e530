package dev.gantry.controlplane.store.etcd;

import com.google.common.util.concurrent.ListenableFuture;
import dev.gantry.controlplane.store.StoreException;
import dev.gantry.controlplane.store.StoreException.Reason;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientStreamTracer;
import io.grpc.ConnectivityState;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// The connections to etcd, one for each endpoint, of which one is used until it fails.
final class EtcdChannel implements AutoCloseable {
    // etcd allows a ping every 5 s.
    private static final Duration PING = Duration.ofSeconds(10);
    private static final Duration PING_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration RETRY = Duration.ofMillis(50);

    private final EtcdOptions options;
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final AtomicInteger current = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);

    /// How a call ended that was not answered properly.
    ///
    /// @param sent whether etcd may have seen the request
    record Failure(Status status, URI endpoint, boolean sent) {}

    /// What came of a call: a response or a failure.
    sealed interface Result<R> {
        record Answer<R>(R response) implements Result<R> {}

        record Failed<R>(Failure failure) implements Result<R> {}
    }

    EtcdChannel(EtcdOptions options) {
        this.options = options;
        ChannelCredentials credentials = credentials(options);
        for (URI endpoint : options.endpoints()) {
            channels.add(
                    Grpc.newChannelBuilderForAddress(
                                    endpoint.getHost(), endpoint.getPort(), credentials)
                            // What runs on it only passes messages on.
                            .directExecutor()
                            .maxInboundMessageSize(Integer.MAX_VALUE)
                            .keepAliveTime(PING.toMillis(), TimeUnit.MILLISECONDS)
                            .keepAliveTimeout(PING_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                            .build());
        }
    }

    private static ChannelCredentials credentials(EtcdOptions options) {
        if (options.tls().isEmpty()) {
            return InsecureChannelCredentials.create();
        }
        EtcdOptions.Tls tls = options.tls().get();
        try {
            return TlsChannelCredentials.newBuilder()
                    .trustManager(tls.authority().toFile())
                    .keyManager(tls.certificate().toFile(), tls.key().toFile())
                    .build();
        } catch (IOException e) {
            throw new StoreException(
                    Reason.REFUSED,
                    "failed to read the credentials for etcd: " + e.getMessage(),
                    e);
        }
    }

    EtcdOptions options() {
        return options;
    }

    URI endpoint() {
        return options.endpoints().get(index());
    }

    /// The channel in use, made to connect at once if it was waiting after a failure.
    Channel channel() {
        ManagedChannel channel = channels.get(index());
        if (channel.getState(true) == ConnectivityState.TRANSIENT_FAILURE) {
            channel.resetConnectBackoff();
        }
        return channel;
    }

    private int index() {
        return Math.floorMod(current.get(), channels.size());
    }

    /// Uses the next endpoint from now on.
    void failover() {
        current.incrementAndGet();
    }

    /// Calls once, and for as long as nothing can be connected to, again.
    <Q, R> Result<R> call(MethodDescriptor<Q, R> method, Q request) throws InterruptedException {
        long end = System.nanoTime() + options.connectTimeout().toNanos();
        while (true) {
            Result<R> result = callOnce(method, request);
            boolean again =
                    result instanceof Result.Failed<R>(Failure failure)
                            && !failure.sent
                            && failure.status.getCode() == Status.Code.UNAVAILABLE
                            && System.nanoTime() < end;
            if (!again) {
                return result;
            }
            failover();
            pause(RETRY);
        }
    }

    private <Q, R> Result<R> callOnce(MethodDescriptor<Q, R> method, Q request)
            throws InterruptedException {
        checkOpen();
        URI endpoint = endpoint();
        Sent sent = new Sent();
        CallOptions call =
                CallOptions.DEFAULT
                        .withDeadlineAfter(
                                options.requestTimeout().toMillis(), TimeUnit.MILLISECONDS)
                        .withStreamTracerFactory(sent);
        ListenableFuture<R> future =
                ClientCalls.futureUnaryCall(channel().newCall(method, call), request);
        try {
            return new Result.Answer<>(future.get());
        } catch (InterruptedException e) {
            future.cancel(true);
            throw e;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StatusRuntimeException status) {
                return new Result.Failed<>(new Failure(status.getStatus(), endpoint, sent.yes()));
            }
            throw new IllegalStateException("failed to call " + method.getFullMethodName(), e);
        }
    }

    /// Calls what may be repeated without harm, until it is answered or the time for it is over.
    <Q, R> R ask(String attempt, MethodDescriptor<Q, R> method, Q request)
            throws InterruptedException {
        long end = System.nanoTime() + options.requestTimeout().toNanos();
        while (true) {
            switch (call(method, request)) {
                case Result.Answer<R>(R response) -> {
                    return response;
                }
                case Result.Failed<R>(Failure failure) -> {
                    if (!EtcdErrors.unanswered(failure.status)
                            || !failure.sent
                            || System.nanoTime() > end) {
                        throw EtcdErrors.of(attempt, failure.endpoint, failure.status);
                    }
                    failover();
                    pause(RETRY);
                }
            }
        }
    }

    /// Waits; less when the channel is closed meanwhile.
    void pause(Duration time) throws InterruptedException {
        if (closed.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
            checkOpen();
        }
    }

    void checkOpen() {
        if (closed.getCount() == 0) {
            throw new StoreException(Reason.CLOSED, "the store is closed", null);
        }
    }

    @Override
    public void close() {
        closed.countDown();
        channels.forEach(ManagedChannel::shutdownNow);
    }

    /// Learns whether a request left for the network: one that did not has not been carried out.
    private static final class Sent extends ClientStreamTracer.Factory {
        private final AtomicBoolean sent = new AtomicBoolean();

        @Override
        public ClientStreamTracer newClientStreamTracer(
                ClientStreamTracer.StreamInfo info, Metadata headers) {
            return new ClientStreamTracer() {
                @Override
                public void streamCreated(io.grpc.Attributes transport, Metadata streamHeaders) {
                    sent.set(true);
                }
            };
        }

        boolean yes() {
            return sent.get();
        }
    }
}

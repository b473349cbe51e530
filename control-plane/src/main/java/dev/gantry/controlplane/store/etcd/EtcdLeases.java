package dev.gantry.controlplane.store.etcd;

import dev.gantry.controlplane.store.StoreException;
import dev.gantry.controlplane.store.StoreException.Reason;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/// Leases of etcd.
final class EtcdLeases {
    private final EtcdChannel channel;

    EtcdLeases(EtcdChannel channel) {
        this.channel = channel;
    }

    long grant(Duration timeToLive) throws InterruptedException {
        long seconds = Math.max(1, timeToLive.plusNanos(999_999_999).toSeconds());
        // Asked twice it makes a lease that nobody uses, and that ends by itself.
        return channel.ask(
                        "grant a lease",
                        LeaseGrpc.getLeaseGrantMethod(),
                        LeaseGrantRequest.newBuilder().setTTL(seconds).build())
                .getID();
    }

    boolean keepAlive(long lease) throws InterruptedException {
        channel.checkOpen();
        Answer answer = new Answer();
        StreamObserver<LeaseKeepAliveRequest> stream =
                LeaseGrpc.newStub(channel.channel())
                        .withDeadlineAfter(
                                channel.options().requestTimeout().toMillis(),
                                TimeUnit.MILLISECONDS)
                        .leaseKeepAlive(answer);
        stream.onNext(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
        try {
            return answer.get() > 0;
        } catch (ExecutionException e) {
            throw EtcdErrors.of(
                    "keep a lease alive", channel.endpoint(), Status.fromThrowable(e.getCause()));
        } finally {
            stream.onCompleted();
        }
    }

    void revoke(long lease) throws InterruptedException {
        LeaseRevokeRequest request = LeaseRevokeRequest.newBuilder().setID(lease).build();
        try {
            channel.ask("revoke a lease", LeaseGrpc.getLeaseRevokeMethod(), request);
        } catch (StoreException e) {
            if (e.reason() != Reason.NO_LEASE) {
                throw e;
            }
        }
    }

    /// The remaining seconds of one keep-alive; 0 when the lease is gone.
    private static final class Answer implements StreamObserver<LeaseKeepAliveResponse> {
        private final CompletableFuture<Long> seconds = new CompletableFuture<>();

        @Override
        public void onNext(LeaseKeepAliveResponse response) {
            seconds.complete(response.getTTL());
        }

        @Override
        public void onError(Throwable cause) {
            seconds.completeExceptionally(cause);
        }

        @Override
        public void onCompleted() {
            seconds.completeExceptionally(Status.UNAVAILABLE.asException());
        }

        long get() throws InterruptedException, ExecutionException {
            return seconds.get();
        }
    }
}

package dev.gantry.controlplane.store.etcd;

import dev.gantry.controlplane.store.CompactedException;
import dev.gantry.controlplane.store.Entry;
import dev.gantry.controlplane.store.Outcome;
import dev.gantry.controlplane.store.Range;
import dev.gantry.controlplane.store.Store;
import dev.gantry.controlplane.store.StoreException;
import dev.gantry.controlplane.store.StoreException.Reason;
import dev.gantry.controlplane.store.Watch;
import dev.gantry.controlplane.store.Write;
import dev.gantry.controlplane.store.etcd.EtcdChannel.Failure;
import dev.gantry.controlplane.store.etcd.EtcdChannel.Result;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.CompactionResponse;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.random.RandomGenerator;

/// The store on etcd 3.4 or later, over the generated stubs of its API.
///
/// Writes of all callers are put together into transactions, two of them under way at a time. Reads
/// are linearizable and repeated while etcd does not answer; a watch is read by its own caller.
public final class EtcdStore implements Store {
    // One transaction waits for the disk while the other is prepared: a third gains nothing.
    private static final int LANES = 2;
    private static final int NAME_BYTES = 8;

    private final EtcdChannel channel;
    private final EtcdLeases leases;
    private final PendingWrites pending = new PendingWrites();
    private final List<Thread> lanes = new ArrayList<>();

    /// Connects when first asked for something.
    ///
    /// @param threads makes the two threads that write; virtual threads are meant
    /// @param random names this client among all that write
    public EtcdStore(EtcdOptions options, ThreadFactory threads, RandomGenerator random) {
        channel = new EtcdChannel(options);
        leases = new EtcdLeases(channel);
        byte[] name = new byte[NAME_BYTES];
        random.nextBytes(name);
        for (int i = 0; i < LANES; i++) {
            String lane = HexFormat.of().formatHex(name) + "-" + i;
            lanes.add(threads.newThread(new WriteLane(channel, pending, leases, lane)));
        }
        lanes.forEach(Thread::start);
    }

    @Override
    public List<Outcome> commit(List<Write> writes) throws InterruptedException {
        Request request = new Request(writes.size());
        List<Unit> units = new ArrayList<>(writes.size());
        for (int i = 0; i < writes.size(); i++) {
            units.add(new Unit(List.of(writes.get(i)), request, i));
        }
        pending.add(units);
        return request.await();
    }

    @Override
    public List<Outcome> commitTogether(List<Write> writes) throws InterruptedException {
        Store.checkTogether(writes);
        Request request = new Request(writes.size());
        if (!writes.isEmpty()) {
            pending.add(List.of(new Unit(writes, request, 0)));
        }
        return request.await();
    }

    @Override
    public Optional<Entry> get(String key) throws InterruptedException {
        RangeRequest request = RangeRequest.newBuilder().setKey(EtcdKeys.bytes(key)).build();
        return channel.ask("read " + key, KVGrpc.getRangeMethod(), request).getKvsList().stream()
                .map(EtcdKeys::entry)
                .findFirst();
    }

    @Override
    public Range range(String prefix, long atRevision, String fromKey, int limit)
            throws InterruptedException {
        RangeRequest request =
                RangeRequest.newBuilder()
                        .setKey(
                                fromKey.compareTo(prefix) > 0
                                        ? EtcdKeys.bytes(fromKey)
                                        : EtcdKeys.first(prefix))
                        .setRangeEnd(EtcdKeys.end(prefix))
                        .setRevision(atRevision)
                        .setLimit(limit)
                        .build();
        return switch (channel.call(KVGrpc.getRangeMethod(), request)) {
            case Result.Answer<RangeResponse>(RangeResponse response) ->
                    range(response, atRevision);
            case Result.Failed<RangeResponse>(Failure failure) -> {
                if (compacted(failure)) {
                    throw new CompactedException(atRevision, atRevision + 1);
                }
                yield range(
                        channel.ask("read " + prefix, KVGrpc.getRangeMethod(), request),
                        atRevision);
            }
        };
    }

    private static Range range(RangeResponse response, long atRevision) {
        return new Range(
                response.getKvsList().stream().map(EtcdKeys::entry).toList(),
                atRevision == 0 ? response.getHeader().getRevision() : atRevision,
                response.getMore());
    }

    private static boolean compacted(Failure failure) {
        return failure.status().getCode() == Status.Code.OUT_OF_RANGE
                && String.valueOf(failure.status().getDescription()).contains("compacted");
    }

    @Override
    public long currentRevision() throws InterruptedException {
        // A key that nobody has: only the header counts.
        RangeRequest request =
                RangeRequest.newBuilder().setKey(EtcdKeys.first("")).setCountOnly(true).build();
        return channel.ask("read the revision", KVGrpc.getRangeMethod(), request)
                .getHeader()
                .getRevision();
    }

    @Override
    public Watch watch(String prefix, long fromRevision) {
        return new EtcdWatch(channel, prefix, fromRevision);
    }

    @Override
    public long grantLease(Duration timeToLive) throws InterruptedException {
        return leases.grant(timeToLive);
    }

    @Override
    public boolean keepAlive(long lease) throws InterruptedException {
        return leases.keepAlive(lease);
    }

    @Override
    public void revokeLease(long lease) throws InterruptedException {
        leases.revoke(lease);
    }

    @Override
    public void compact(long revision) throws InterruptedException {
        CompactionRequest request = CompactionRequest.newBuilder().setRevision(revision).build();
        Result<CompactionResponse> result = channel.call(KVGrpc.getCompactMethod(), request);
        if (result instanceof Result.Failed<CompactionResponse>(Failure failure)
                && !compacted(failure)) {
            throw EtcdErrors.of("compact", failure.endpoint(), failure.status());
        }
    }

    @Override
    public void close() {
        pending.close();
        channel.close();
        lanes.forEach(Thread::interrupt);
    }

    /// The reason a watch or call of a closed store gives.
    static StoreException closed(String what) {
        return new StoreException(Reason.CLOSED, what + " is closed", null);
    }
}

package dev.gantry.controlplane.store.etcd;

import com.google.protobuf.ByteString;
import dev.gantry.controlplane.store.Entry;
import dev.gantry.controlplane.store.Fence;
import dev.gantry.controlplane.store.Outcome;
import dev.gantry.controlplane.store.StoreException;
import dev.gantry.controlplane.store.StoreException.Reason;
import dev.gantry.controlplane.store.etcd.EtcdChannel.Failure;
import dev.gantry.controlplane.store.etcd.EtcdChannel.Result;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Sends one transaction after the other, each with as many waiting writes as fit.
///
/// To know what became of a transaction whose answer was lost, each one also moves the lane's
/// ticket, a small key of its own, from the last transaction's number to its own, and happens only
/// if it finds the former. So when the ticket shows the number, the transaction happened, at the
/// ticket's revision, and what each write did is read from the states before and after that
/// revision. When it does not, the lane moves the ticket to a number that voids the transaction:
/// should it still be on its way, it will find its ticket gone. Either way the answer is true for
/// ever.
final class WriteLane implements Runnable {
    static final String TICKETS = "/gantry/v1/meta/writers/";

    // A lane that is away for longer gets a new ticket.
    private static final Duration TICKET_LIFE = Duration.ofMinutes(10);
    private static final Duration RETRY = Duration.ofMillis(200);
    // One transaction reads so many keys; etcd takes 128 operations.
    private static final int READS_MAX = 100;

    private final EtcdChannel channel;
    private final PendingWrites pending;
    private final String name;
    private final EtcdLeases leases;
    private @Nullable Ticket ticket;
    private long number;

    /// The lane's key and what stands there.
    private record Ticket(String key, long lease, String value, long renewed) {}

    WriteLane(EtcdChannel channel, PendingWrites pending, EtcdLeases leases, String name) {
        this.channel = channel;
        this.pending = pending;
        this.leases = leases;
        this.name = name;
    }

    @Override
    public void run() {
        try {
            List<Unit> batch = pending.take();
            while (!batch.isEmpty()) {
                write(batch);
                batch = pending.take();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(List<Unit> batch) throws InterruptedException {
        try {
            attempt(batch);
        } catch (StoreException e) {
            fail(batch, e);
        } catch (RuntimeException e) {
            fail(batch, new StoreException(Reason.OUTCOME_UNKNOWN, "failed to write", e));
            throw e;
        } finally {
            pending.done(batch);
        }
    }

    private static void fail(List<Unit> batch, StoreException cause) {
        batch.forEach(unit -> unit.fail(new Outcome.Failed(cause)));
    }

    private void attempt(List<Unit> batch) throws InterruptedException {
        long end = System.nanoTime() + channel.options().resolveTimeout().toNanos();
        boolean again = true;
        while (again) {
            Ticket from = ticket();
            Ticket to = next(from);
            again =
                    switch (channel.call(KVGrpc.getTxnMethod(), transaction(batch, from, to))) {
                        case Result.Answer<TxnResponse>(TxnResponse response) ->
                                answered(batch, response, to);
                        case Result.Failed<TxnResponse>(Failure failure) ->
                                failed(batch, failure, new Move(from, to, end));
                    };
        }
    }

    /// From one ticket to the next, and until when its outcome is looked for.
    private record Move(Ticket from, Ticket to, long end) {}

    private static TxnRequest transaction(List<Unit> batch, Ticket from, Ticket to) {
        TxnRequest.Builder txn = TxnRequest.newBuilder().addCompare(holds(from));
        txn.addSuccess(put(to));
        batch.forEach(unit -> txn.addSuccess(unit.operation()));
        return txn.build();
    }

    private static Compare.Builder holds(Ticket ticket) {
        return Compare.newBuilder()
                .setKey(EtcdKeys.bytes(ticket.key))
                .setTarget(Compare.CompareTarget.VALUE)
                .setResult(Compare.CompareResult.EQUAL)
                .setValue(ByteString.copyFromUtf8(ticket.value));
    }

    private static RequestOp put(Ticket ticket) {
        return RequestOp.newBuilder()
                .setRequestPut(
                        PutRequest.newBuilder()
                                .setKey(EtcdKeys.bytes(ticket.key))
                                .setValue(ByteString.copyFromUtf8(ticket.value))
                                .setIgnoreLease(true))
                .build();
    }

    /// @return whether the batch must be tried again
    private boolean answered(List<Unit> batch, TxnResponse response, Ticket to) {
        if (!response.getSucceeded()) {
            // The ticket was gone: nothing has happened.
            ticket = null;
            return true;
        }
        ticket = to;
        long revision = response.getHeader().getRevision();
        for (int i = 0; i < batch.size(); i++) {
            TxnResponse nested = response.getResponses(i + 1).getResponseTxn();
            batch.get(i).finish(batch.get(i).outcomes(nested, revision));
        }
        return false;
    }

    private boolean failed(List<Unit> batch, Failure failure, Move move)
            throws InterruptedException {
        boolean open = failure.sent() && EtcdErrors.unanswered(failure.status());
        if (open) {
            return resolve(batch, move);
        }
        if (batch.size() == 1 || EtcdErrors.unanswered(failure.status())) {
            throw EtcdErrors.of("write", failure.endpoint(), failure.status());
        }
        // One of them spoils it for all: each by itself shows which.
        for (Unit unit : batch) {
            try {
                attempt(List.of(unit));
            } catch (StoreException e) {
                fail(List.of(unit), e);
            }
        }
        return false;
    }

    private boolean resolve(List<Unit> batch, Move move) throws InterruptedException {
        ticket = null;
        Ticket voided = next(move.from);
        TxnRequest question =
                TxnRequest.newBuilder()
                        .addCompare(holds(move.from))
                        .addSuccess(put(voided))
                        .addFailure(Unit.read(move.from.key, 0))
                        .build();
        while (System.nanoTime() < move.end) {
            switch (channel.call(KVGrpc.getTxnMethod(), question)) {
                case Result.Answer<TxnResponse>(TxnResponse answer) -> {
                    return resolved(batch, answer, move, voided);
                }
                case Result.Failed<TxnResponse> _ -> {
                    channel.failover();
                    channel.pause(RETRY);
                }
            }
        }
        throw new StoreException(
                Reason.OUTCOME_UNKNOWN,
                "etcd at "
                        + channel.endpoint().getHost()
                        + ":"
                        + channel.endpoint().getPort()
                        + " went away during a write: whether it happened is not known",
                null);
    }

    private boolean resolved(List<Unit> batch, TxnResponse answer, Move move, Ticket voided)
            throws InterruptedException {
        if (answer.getSucceeded()) {
            ticket = voided;
            return true;
        }
        List<KeyValue> found = answer.getResponses(0).getResponseRange().getKvsList();
        if (found.isEmpty()) {
            throw new StoreException(
                    Reason.OUTCOME_UNKNOWN,
                    "etcd lost the ticket of a write: whether it happened is not known",
                    null);
        }
        String value = found.getFirst().getValue().toStringUtf8();
        if (value.equals(voided.value)) {
            // An earlier question's answer was lost, not its effect.
            ticket = voided;
            return true;
        }
        ticket = move.to;
        long revision = found.getFirst().getModRevision();
        Map<String, Entry> before = read(batch, revision - 1);
        Map<String, Entry> after = read(batch, revision);
        batch.forEach(unit -> unit.finish(unit.outcomes(before, after, revision)));
        return false;
    }

    private Map<String, Entry> read(List<Unit> batch, long revision) throws InterruptedException {
        List<String> keys = new ArrayList<>();
        for (Unit unit : batch) {
            keys.addAll(unit.keys());
            Fence fence = unit.fence();
            if (fence != null && !keys.contains(fence.key())) {
                keys.add(fence.key());
            }
        }
        Map<String, Entry> entries = new TreeMap<>();
        for (int from = 0; from < keys.size(); from += READS_MAX) {
            TxnRequest.Builder txn = TxnRequest.newBuilder();
            keys.subList(from, Math.min(from + READS_MAX, keys.size()))
                    .forEach(key -> txn.addSuccess(Unit.read(key, revision)));
            List<ResponseOp> found =
                    channel.ask("read what was written", KVGrpc.getTxnMethod(), txn.build())
                            .getResponsesList();
            entries.putAll(Unit.entries(found));
        }
        return entries;
    }

    private Ticket next(Ticket from) {
        return new Ticket(from.key, from.lease, Long.toString(++number), from.renewed);
    }

    /// The ticket, kept alive; a new one when there is none.
    private Ticket ticket() throws InterruptedException {
        Ticket held = ticket;
        long now = System.nanoTime();
        if (held != null && now - held.renewed > TICKET_LIFE.toNanos() / 3) {
            boolean alive = leases.keepAlive(held.lease);
            held = alive ? new Ticket(held.key, held.lease, held.value, now) : null;
        }
        if (held == null) {
            held = take(now);
        }
        ticket = held;
        return held;
    }

    private Ticket take(long now) throws InterruptedException {
        LeaseGrantResponse lease =
                channel.ask(
                        "write",
                        LeaseGrpc.getLeaseGrantMethod(),
                        LeaseGrantRequest.newBuilder().setTTL(TICKET_LIFE.toSeconds()).build());
        String value = Long.toString(++number);
        // Never the key of an older ticket: what was sent under that one must not find its number.
        Ticket taken = new Ticket(TICKETS + name + "/" + value, lease.getID(), value, now);
        // Only where nothing stands: a repetition that comes late must not turn the ticket back.
        TxnRequest.Builder create = TxnRequest.newBuilder();
        create.addCompareBuilder()
                .setKey(EtcdKeys.bytes(taken.key))
                .setTarget(Compare.CompareTarget.VERSION)
                .setResult(Compare.CompareResult.EQUAL)
                .setVersion(0);
        create.addSuccessBuilder()
                .getRequestPutBuilder()
                .setKey(EtcdKeys.bytes(taken.key))
                .setValue(ByteString.copyFromUtf8(value))
                .setLease(taken.lease);
        channel.ask("write", KVGrpc.getTxnMethod(), create.build());
        return taken;
    }
}

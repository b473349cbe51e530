package dev.gantry.controlplane.store.etcd;

import com.google.protobuf.ByteString;
import dev.gantry.controlplane.store.Entry;
import dev.gantry.controlplane.store.Expect;
import dev.gantry.controlplane.store.Fence;
import dev.gantry.controlplane.store.Outcome;
import dev.gantry.controlplane.store.Write;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Writes that happen together or not at all: one nested transaction of a batch. Mostly it is one.
final class Unit {
    // What etcd's messages add to a key and a value, roughly.
    private static final int OVERHEAD = 64;

    private final List<Write> writes;
    private final Request request;
    private final int place;

    /// @param place where the outcomes of this unit begin in the request's
    Unit(List<Write> writes, Request request, int place) {
        this.writes = List.copyOf(writes);
        this.request = request;
        this.place = place;
    }

    List<String> keys() {
        return writes.stream().map(Write::key).toList();
    }

    @Nullable Fence fence() {
        return writes.getFirst().fence();
    }

    /// Whether it may make etcd refuse the whole transaction that it is part of.
    boolean alone() {
        return writes.stream()
                .anyMatch(write -> write instanceof Write.Put put && put.lease() != 0);
    }

    /// The operations of its branches, as etcd counts them.
    int operations() {
        return writes.size() + (fence() == null ? 0 : 1);
    }

    long size() {
        long size = 0;
        for (Write write : writes) {
            size += write.key().length() + OVERHEAD;
            size += write instanceof Write.Put put ? put.value().size() : 0;
        }
        return size;
    }

    void finish(List<Outcome> outcomes) {
        request.finish(place, outcomes);
    }

    void fail(Outcome outcome) {
        finish(writes.stream().map(_ -> outcome).toList());
    }

    /// The nested transaction: if all is as expected, write, else read what stands in the way.
    RequestOp operation() {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (Write write : writes) {
            compare(write).ifPresent(txn::addCompare);
            txn.addSuccess(change(write));
            txn.addFailure(read(write.key(), 0));
        }
        Fence fence = fence();
        if (fence != null) {
            txn.addCompare(
                    Compare.newBuilder()
                            .setKey(EtcdKeys.bytes(fence.key()))
                            .setTarget(Compare.CompareTarget.CREATE)
                            .setResult(Compare.CompareResult.EQUAL)
                            .setCreateRevision(fence.createRevision()));
            txn.addFailure(read(fence.key(), 0));
        }
        return RequestOp.newBuilder().setRequestTxn(txn).build();
    }

    private static Optional<Compare.Builder> compare(Write write) {
        Compare.Builder compare = Compare.newBuilder().setKey(EtcdKeys.bytes(write.key()));
        return switch (write.expect()) {
            case Expect.Absent _ -> Optional.of(version(compare, Compare.CompareResult.EQUAL));
            case Expect.Present _ -> Optional.of(version(compare, Compare.CompareResult.GREATER));
            case Expect.Revision(long revision) ->
                    Optional.of(
                            compare.setTarget(Compare.CompareTarget.MOD)
                                    .setResult(Compare.CompareResult.EQUAL)
                                    .setModRevision(revision));
            case Expect.Any _ ->
                    write instanceof Write.Put
                            ? Optional.empty()
                            : Optional.of(version(compare, Compare.CompareResult.GREATER));
        };
    }

    private static Compare.Builder version(Compare.Builder compare, Compare.CompareResult result) {
        return compare.setTarget(Compare.CompareTarget.VERSION).setResult(result).setVersion(0);
    }

    private static RequestOp change(Write write) {
        ByteString key = EtcdKeys.bytes(write.key());
        return switch (write) {
            case Write.Put put ->
                    RequestOp.newBuilder()
                            .setRequestPut(
                                    PutRequest.newBuilder()
                                            .setKey(key)
                                            .setValue(put.value())
                                            .setLease(put.lease()))
                            .build();
            case Write.Delete _ ->
                    RequestOp.newBuilder()
                            .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(key))
                            .build();
        };
    }

    /// Reads a key.
    ///
    /// @param revision to read at; 0 for the newest
    static RequestOp read(String key, long revision) {
        return RequestOp.newBuilder()
                .setRequestRange(
                        RangeRequest.newBuilder().setKey(EtcdKeys.bytes(key)).setRevision(revision))
                .build();
    }

    /// What the nested transaction's answer says.
    List<Outcome> outcomes(TxnResponse nested, long revision) {
        return nested.getSucceeded()
                ? committed(revision)
                : obstacles(entries(nested.getResponsesList()));
    }

    private List<Outcome> committed(long revision) {
        return writes.stream().<Outcome>map(_ -> new Outcome.Committed(revision)).toList();
    }

    static Map<String, Entry> entries(List<ResponseOp> responses) {
        Map<String, Entry> entries = new TreeMap<>();
        responses.stream()
                .flatMap(response -> response.getResponseRange().getKvsList().stream())
                .map(EtcdKeys::entry)
                .forEach(entry -> entries.put(entry.key(), entry));
        return entries;
    }

    /// What became of it in a transaction that happened, from the states before and after it.
    List<Outcome> outcomes(Map<String, Entry> before, Map<String, Entry> after, long revision) {
        boolean done = writes.stream().allMatch(write -> done(write, before, after, revision));
        return done ? committed(revision) : obstacles(before);
    }

    private static boolean done(
            Write write, Map<String, Entry> before, Map<String, Entry> after, long revision) {
        Entry now = after.get(write.key());
        return switch (write) {
            case Write.Put _ -> now != null && now.modRevision() == revision;
            case Write.Delete _ -> now == null && before.containsKey(write.key());
        };
    }

    private List<Outcome> obstacles(Map<String, Entry> found) {
        Fence fence = fence();
        if (fence != null) {
            Entry leader = found.get(fence.key());
            if (leader == null || leader.createRevision() != fence.createRevision()) {
                return writes.stream().<Outcome>map(_ -> new Outcome.Fenced()).toList();
            }
        }
        List<Outcome> outcomes = new ArrayList<>(writes.size());
        for (Write write : writes) {
            Optional<Entry> current = Optional.ofNullable(found.get(write.key()));
            outcomes.add(
                    writes.size() > 1 && met(write, current)
                            ? new Outcome.Abandoned()
                            : new Outcome.Conflict(current));
        }
        return outcomes;
    }

    private static boolean met(Write write, Optional<Entry> current) {
        return switch (write.expect()) {
            case Expect.Absent _ -> current.isEmpty();
            case Expect.Present _ -> current.isPresent();
            case Expect.Revision(long revision) ->
                    current.filter(entry -> entry.modRevision() == revision).isPresent();
            case Expect.Any _ -> write instanceof Write.Put || current.isPresent();
        };
    }
}

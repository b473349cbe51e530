package dev.gantry.controlplane.store.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.gantry.controlplane.store.Change;
import dev.gantry.controlplane.store.Entry;
import dev.gantry.controlplane.store.Expect;
import dev.gantry.controlplane.store.Outcome;
import dev.gantry.controlplane.store.StoreException;
import dev.gantry.controlplane.store.Watch;
import dev.gantry.controlplane.store.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What is promised when etcd is killed, on a real one.
@Tag("etcd")
@Timeout(120)
class EtcdFaultTest {
    private static final int WRITERS = 16;
    private static final int KILLS = 4;
    private static final int WRITES_BETWEEN_KILLS = 400;

    private static EtcdStore client(EtcdProcess etcd, long seed) {
        return new EtcdStore(
                etcd.options(), Thread.ofVirtual().factory(), new SplittableRandom(seed));
    }

    /// One writer's key counts up: each write compares the revision it knows. What it was told must
    /// be what is there.
    private static final class Writer implements Runnable {
        private final EtcdStore store;
        private final String key;
        private final Map<String, List<Long>> acknowledged;
        private final AtomicInteger total;
        private volatile boolean stop;
        private volatile String untrue = "";

        Writer(
                EtcdStore store,
                String key,
                Map<String, List<Long>> acknowledged,
                AtomicInteger total) {
            this.store = store;
            this.key = key;
            this.acknowledged = acknowledged;
            this.total = total;
        }

        @Override
        public void run() {
            List<Long> revisions = new ArrayList<>();
            acknowledged.put(key, revisions);
            Expect expect = Expect.absent();
            try {
                while (!stop) {
                    ByteString value = ByteString.copyFromUtf8(Integer.toString(revisions.size()));
                    switch (store.commit(List.of(new Write.Put(key, value, expect))).getFirst()) {
                        case Outcome.Committed(long revision) -> {
                            revisions.add(revision);
                            expect = Expect.revision(revision);
                            total.incrementAndGet();
                        }
                        case Outcome.Failed(StoreException cause) when !cause.outcomeUnknown() -> {}
                        case Outcome other -> {
                            // Nobody else writes this key: a conflict would be with a write of its
                            // own that it was told had not happened.
                            untrue = other.toString();
                            stop = true;
                        }
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Test
    void killedUnderLoadLosesNoAcknowledgedWriteAndEveryOutcomeIsTrue() throws Exception {
        try (EtcdProcess etcd = EtcdProcess.start();
                EtcdStore store = client(etcd, 3)) {
            long start = store.currentRevision() + 1;
            Map<String, List<Long>> acknowledged = new ConcurrentHashMap<>();
            AtomicInteger total = new AtomicInteger();
            List<Writer> writers = new ArrayList<>();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                writers.add(new Writer(store, "/fault/" + i, acknowledged, total));
                threads.add(Thread.ofVirtual().start(writers.getLast()));
            }
            try (Watch watch = store.watch("/fault/", start)) {
                Map<String, List<Long>> seen = new TreeMap<>();
                for (int kill = 1; kill <= KILLS; kill++) {
                    while (total.get() < kill * WRITES_BETWEEN_KILLS) {
                        collect(watch.next(), seen);
                    }
                    etcd.kill();
                    etcd.restart();
                }
                writers.forEach(writer -> writer.stop = true);
                for (Thread thread : threads) {
                    thread.join();
                }
                store.commit(List.of(new Write.Put("/fault/end", ByteString.EMPTY, Expect.any())));
                while (!seen.containsKey("/fault/end")) {
                    collect(watch.next(), seen);
                }
                seen.remove("/fault/end");

                assertThat(writers).allMatch(writer -> writer.untrue.isEmpty());
                assertThat(seen).isEqualTo(new TreeMap<>(acknowledged));
            }
        }
    }

    private static void collect(List<Change> changes, Map<String, List<Long>> seen) {
        for (Change change : changes) {
            seen.computeIfAbsent(change.key(), _ -> new ArrayList<>()).add(change.revision());
        }
    }

    @Test
    void absentEtcdIsNamedPlainlyAndFoundWhenItComes() throws Exception {
        try (EtcdProcess etcd = EtcdProcess.start();
                EtcdStore store = client(etcd, 4)) {
            store.currentRevision();
            etcd.kill();
            Write write = new Write.Put("/k", ByteString.EMPTY, Expect.absent());

            assertThatThrownBy(store::currentRevision)
                    .hasMessage(
                            "etcd at 127.0.0.1:"
                                    + etcd.endpoint().getPort()
                                    + " does not answer: connection refused");
            Outcome outcome = store.commit(List.of(write)).getFirst();
            assertThat(outcome).isInstanceOf(Outcome.Failed.class);
            assertThat(((Outcome.Failed) outcome).cause().reason())
                    .isEqualTo(StoreException.Reason.UNAVAILABLE);

            etcd.restart();

            assertThat(store.commit(List.of(write)).getFirst())
                    .isInstanceOf(Outcome.Committed.class);
            assertThat(store.get("/k")).map(Entry::value).contains(ByteString.EMPTY);
        }
    }

    @Test
    void closedStoreEndsItsWatch() throws Exception {
        try (EtcdProcess etcd = EtcdProcess.start()) {
            EtcdStore store = client(etcd, 5);
            Watch watch = store.watch("/k", store.currentRevision() + 1);
            CountDownLatch ended = new CountDownLatch(1);
            Thread.ofVirtual()
                    .start(() -> {
                        assertThatThrownBy(watch::next).isInstanceOf(StoreException.class);
                        ended.countDown();
                    });

            store.close();

            ended.await();
        }
    }
}

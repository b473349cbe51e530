package dev.gantry.e2e.bench;

import com.google.protobuf.ByteString;
import dev.gantry.controlplane.store.Expect;
import dev.gantry.controlplane.store.Outcome;
import dev.gantry.controlplane.store.Write;
import dev.gantry.controlplane.store.etcd.EtcdOptions;
import dev.gantry.controlplane.store.etcd.EtcdStore;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/// Writes a second and the time of each: compared writes of 1 KiB through [EtcdStore] by 1, 64 and
/// 1,024 callers at once, against single puts with as many under way over the same generated stubs,
/// on one etcd, in turns. No arguments.
public final class StoreBenchmark {
    private static final int ROUNDS = 7;
    private static final ByteString VALUE = ByteString.copyFrom(new byte[1024]);

    private final Report report;
    private final AtomicInteger numbers = new AtomicInteger();

    private StoreBenchmark(Report report) {
        this.report = report;
    }

    /// One write of the numbered key.
    private interface Put {
        void put(int number) throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        Report report = new Report("store");
        try (BenchEtcd etcd = BenchEtcd.start();
                EtcdStore store =
                        new EtcdStore(
                                EtcdOptions.of(List.of(etcd.endpoint()), Optional.empty()),
                                Thread.ofVirtual().factory(),
                                new SplittableRandom(1))) {
            store.currentRevision();
            ManagedChannel channel =
                    Grpc.newChannelBuilderForAddress(
                                    "127.0.0.1",
                                    etcd.endpoint().getPort(),
                                    InsecureChannelCredentials.create())
                            .directExecutor()
                            .build();
            KVGrpc.KVFutureStub stub = KVGrpc.newFutureStub(channel);
            StoreBenchmark benchmark = new StoreBenchmark(report);
            for (int callers : List.of(1, 64, 1024)) {
                benchmark.compare(
                        callers, number -> through(store, number), number -> bare(stub, number));
            }
            channel.shutdownNow();
        }
        report.print();
    }

    private static void through(EtcdStore store, int number) throws InterruptedException {
        Write write = new Write.Put("/bench/store/" + number, VALUE, Expect.absent());
        if (!(store.commit(List.of(write)).getFirst() instanceof Outcome.Committed)) {
            throw new IllegalStateException("write " + number + " failed");
        }
    }

    private static void bare(KVGrpc.KVFutureStub stub, int number) throws Exception {
        var key = ByteString.copyFromUtf8("/bench/bare/" + number);
        var _ = stub.put(PutRequest.newBuilder().setKey(key).setValue(VALUE).build()).get();
    }

    private void compare(int callers, Put own, Put peer) throws InterruptedException {
        Round gantry = new Round("gantry, " + callers + " writers", callers, own);
        Round etcd = new Round("etcd, one put each, " + callers + " writers", callers, peer);
        // The first rounds only warm up.
        gantry.run();
        etcd.run();
        gantry.forget();
        etcd.forget();
        for (int i = 0; i < ROUNDS; i++) {
            gantry.run();
            etcd.run();
        }
        gantry.report();
        etcd.report();
    }

    /// What one subject did in its rounds.
    private final class Round {
        private final String subject;
        private final int callers;
        private final int writes;
        private final Put put;
        private final List<Double> rates = new ArrayList<>();
        private final List<Double> millis = new ArrayList<>();

        Round(String subject, int callers, Put put) {
            this.subject = subject;
            this.callers = callers;
            this.writes = callers == 1 ? 500 : 8 * Math.max(callers, 500);
            this.put = put;
        }

        void forget() {
            rates.clear();
            millis.clear();
        }

        void report() {
            report.add(new Samples(subject, "writes/s", rates));
            report.add(Samples.millis(subject, millis));
        }

        void run() throws InterruptedException {
            AtomicInteger left = new AtomicInteger(writes);
            AtomicReference<Exception> failure = new AtomicReference<>();
            List<Thread> threads = new ArrayList<>();
            long start = System.nanoTime();
            for (int i = 0; i < callers; i++) {
                threads.add(Thread.ofVirtual().start(() -> caller(left, failure)));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            double rate = writes / ((System.nanoTime() - start) / 1e9);
            if (failure.get() != null) {
                throw new IllegalStateException(subject + " failed", failure.get());
            }
            System.err.printf(Locale.ROOT, "%s: %.0f writes/s%n", subject, rate);
            rates.add(rate);
        }

        private void caller(AtomicInteger left, AtomicReference<Exception> failure) {
            List<Double> mine = new ArrayList<>();
            try {
                while (left.getAndDecrement() > 0) {
                    long start = System.nanoTime();
                    put.put(numbers.getAndIncrement());
                    mine.add((System.nanoTime() - start) / 1e6);
                }
            } catch (Exception e) {
                failure.set(e);
            }
            synchronized (millis) {
                millis.addAll(mine);
            }
        }
    }
}

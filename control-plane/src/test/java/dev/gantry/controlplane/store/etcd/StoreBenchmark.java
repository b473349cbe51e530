package dev.gantry.controlplane.store.etcd;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import dev.gantry.controlplane.store.Expect;
import dev.gantry.controlplane.store.Outcome;
import dev.gantry.controlplane.store.Write;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/// Writes a second: compared writes of 1 KiB through [EtcdStore], by many callers at once, against
/// single puts over the bare stubs with as many under way, on one etcd in one run. One JSON
/// document on standard output.
public final class StoreBenchmark {
    private static final int CALLERS = 256;
    private static final int ROUNDS = 7;
    private static final int WRITES = 8_000;
    private static final ByteString VALUE = ByteString.copyFrom(new byte[1024]);

    private StoreBenchmark() {}

    /// The work of one caller: one write of the numbered key.
    private interface Put {
        void put(int number) throws Exception;
    }

    /// No arguments.
    public static void main(String[] arguments) throws Exception {
        try (EtcdProcess etcd = EtcdProcess.start();
                EtcdStore store =
                        new EtcdStore(
                                etcd.options(),
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
            List<double[]> results =
                    List.of(
                            rounds("EtcdStore", number -> through(store, number)),
                            rounds("etcd, single puts", number -> bare(stub, number)));
            channel.shutdownNow();
            print(results);
        }
    }

    private static void through(EtcdStore store, int number) throws InterruptedException {
        Write write = new Write.Put("/bench/store/" + number, VALUE, Expect.absent());
        if (!(store.commit(List.of(write)).getFirst() instanceof Outcome.Committed)) {
            throw new IllegalStateException("write " + number + " failed");
        }
    }

    private static void bare(KVGrpc.KVFutureStub stub, int number) throws Exception {
        ListenableFuture<?> put =
                stub.put(
                        PutRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("/bench/bare/" + number))
                                .setValue(VALUE)
                                .build());
        put.get();
    }

    private static double[] rounds(String name, Put put) throws InterruptedException {
        double[] rates = new double[ROUNDS];
        // The first round only warms up.
        for (int round = -1; round < ROUNDS; round++) {
            double rate = round(put, (round + 1) * WRITES);
            System.err.printf(Locale.ROOT, "%s: %.0f writes/s%n", name, rate);
            if (round >= 0) {
                rates[round] = rate;
            }
        }
        Arrays.sort(rates);
        return rates;
    }

    private static double round(Put put, int first) throws InterruptedException {
        AtomicInteger next = new AtomicInteger(first);
        List<Thread> callers = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < CALLERS; i++) {
            callers.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    int number = next.getAndIncrement();
                                    while (number < first + WRITES) {
                                        put.put(number);
                                        number = next.getAndIncrement();
                                    }
                                } catch (Exception e) {
                                    throw new IllegalStateException(e);
                                }
                            }));
        }
        for (Thread caller : callers) {
            caller.join();
        }
        return WRITES / ((System.nanoTime() - start) / 1e9);
    }

    private static void print(List<double[]> results) {
        System.out.printf(
                Locale.ROOT,
                "{\"benchmark\":\"store\",\"machine\":{\"cpus\":%d,\"jdk\":\"%s\"},\"results\":["
                        + "%s,%s]}%n",
                Runtime.getRuntime().availableProcessors(),
                Runtime.version(),
                result("gantry", results.get(0)),
                result("etcd", results.get(1)));
    }

    private static String result(String subject, double[] rates) {
        return String.format(
                Locale.ROOT,
                "{\"subject\":\"%s\",\"unit\":\"writes/s\",\"n\":%d,"
                        + "\"min\":%.0f,\"p50\":%.0f,\"p99\":%.0f,\"max\":%.0f}",
                subject,
                rates.length,
                rates[0],
                rates[rates.length / 2],
                rates[rates.length - 1],
                rates[rates.length - 1]);
    }
}

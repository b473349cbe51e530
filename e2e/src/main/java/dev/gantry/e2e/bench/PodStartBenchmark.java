package dev.gantry.e2e.bench;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.v1.DeleteRequest;
import dev.gantry.api.v1.ObjectRef;
import dev.gantry.api.v1.ResourcesGrpc;
import dev.gantry.api.v1.WatchRequest;
import dev.gantry.api.v1.WatchResponse;
import dev.gantry.api.v1.WriteRequest;
import io.grpc.ManagedChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// From a pod sent on an open connection to the watch event that says Running at the client: pods
/// one after another, then the same number at once. Warm image, one host. Beside it, `docker run
/// -d` and `podman run -d` of the same image until they return. Arguments: the repository's folder,
/// how many pods.
public final class PodStartBenchmark {

    private static final int WARM_UP = 20;
    // An engine takes 0.4 s and more for each.
    private static final int PEER_COUNT = 20;
    private static final int LIMIT_SECONDS = 300;

    private final ManagedChannel channel;
    private final Map<String, Long> running = new ConcurrentHashMap<>();
    private final Map<String, CountDownLatch> waiting = new ConcurrentHashMap<>();

    private PodStartBenchmark(ManagedChannel channel) {
        this.channel = channel;
    }

    public static void main(String[] arguments) throws Exception {
        Path root = Path.of(arguments[0]).toAbsolutePath();
        int count = Integer.parseInt(arguments[1]);
        Report report = new Report("pod-start");
        try (BenchCluster cluster = BenchCluster.start(root)) {
            ManagedChannel channel = cluster.connect();
            PodStartBenchmark benchmark = new PodStartBenchmark(channel);
            benchmark.watch();
            benchmark.oneByOne("warm", WARM_UP);
            report.add(Samples.millis("gantry", benchmark.oneByOne("single", count)));
            report.add(
                    Samples.millis(
                            "gantry, " + count + " at once", benchmark.atOnce("together", count)));
            channel.shutdownNow();
        }
        try (Engines engines = Engines.start(root)) {
            for (String name : Engines.NAMES) {
                report.add(engines.single(name, Math.min(count, PEER_COUNT)));
            }
            report.add(engines.together("docker", Math.min(count, PEER_COUNT)));
        }
        report.print();
    }

    private void watch() {
        var responses =
                ResourcesGrpc.newBlockingStub(channel)
                        .watch(WatchRequest.newBuilder().setKind(BenchCluster.POD).build());
        Thread.ofVirtual()
                .start(() -> {
                    while (responses.hasNext()) {
                        heard(responses.next());
                    }
                });
    }

    private void heard(WatchResponse response) {
        if (response.getType() == WatchResponse.Type.BOOKMARK) {
            return;
        }
        try {
            Pod pod = response.getObject().getObject().unpack(Pod.class);
            if (pod.getStatus().getPhase().equals("Running")) {
                String name = pod.getMetadata().getName();
                running.putIfAbsent(name, System.nanoTime());
                waiting.computeIfAbsent(name, _ -> new CountDownLatch(1)).countDown();
            }
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the watch told of something else than a pod", e);
        }
    }

    private List<Double> oneByOne(String prefix, int count) throws InterruptedException {
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = prefix + "-" + i;
            long sent = System.nanoTime();
            create(name);
            millis.add(await(name, sent));
        }
        for (int i = 0; i < count; i++) {
            delete(prefix + "-" + i);
        }
        return millis;
    }

    private List<Double> atOnce(String prefix, int count) throws InterruptedException {
        Map<String, Long> sent = new ConcurrentHashMap<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = prefix + "-" + i;
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                sent.put(name, System.nanoTime());
                                create(name);
                            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        List<Double> millis = new ArrayList<>();
        for (var entry : sent.entrySet()) {
            millis.add(await(entry.getKey(), entry.getValue()));
        }
        for (String name : sent.keySet()) {
            delete(name);
        }
        return millis;
    }

    private double await(String name, long sent) throws InterruptedException {
        CountDownLatch latch = waiting.computeIfAbsent(name, _ -> new CountDownLatch(1));
        if (!latch.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException(name + " does not run after " + LIMIT_SECONDS + " s");
        }
        Long at = running.get(name);
        if (at == null) {
            throw new IllegalStateException(name + " runs since never");
        }
        return (at - sent) / 1e6;
    }

    private void create(String name) {
        var _ =
                ResourcesGrpc.newBlockingStub(channel)
                        .create(
                                WriteRequest.newBuilder()
                                        .addObjects(BenchCluster.pod(name))
                                        .build());
    }

    private void delete(String name) {
        var _ =
                ResourcesGrpc.newBlockingStub(channel)
                        .delete(
                                DeleteRequest.newBuilder()
                                        .setRef(
                                                ObjectRef.newBuilder()
                                                        .setKind(BenchCluster.POD)
                                                        .setNamespace("default")
                                                        .setName(name))
                                        .setGracePeriodSeconds(0)
                                        .build());
    }
}

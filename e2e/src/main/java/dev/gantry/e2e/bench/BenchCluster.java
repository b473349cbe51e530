package dev.gantry.e2e.bench;

import com.google.protobuf.Any;
import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.PodSpec;
import dev.gantry.api.meta.v1.ObjectMeta;
import dev.gantry.api.v1.KindRef;
import dev.gantry.api.v1.ResourceObject;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A cluster of the built distribution on this host, for a benchmark: started empty, with one small
/// image, and deleted at the end.
final class BenchCluster implements AutoCloseable {

    static final KindRef POD = KindRef.newBuilder().setApiVersion("v1").setKind("Pod").build();
    private static final String IMAGE = "gantry.dev/examples/web:1";
    private static final int PORT = 27_420;

    private final Path home;
    private final Path data;

    private BenchCluster(Path home, Path data) {
        this.home = home;
        this.data = data;
    }

    /// @param root the repository's folder, with `target/gantry` built
    static BenchCluster start(Path root) throws IOException, InterruptedException {
        Path data = Files.createTempDirectory("gantry-bench-");
        BenchCluster cluster = new BenchCluster(root.resolve("target/gantry"), data);
        cluster.gantry(
                "up",
                "--detach",
                "--data-dir",
                data.toString(),
                "--port-base",
                Integer.toString(PORT),
                "--pod-cidr",
                "10.230.0.0/16",
                "--service-cidr",
                "10.231.0.0/16");
        Path archive = data.resolve("web.tar");
        run(List.of(root.resolve("deploy/examples/make-busybox-image") + "", archive + ""), data);
        cluster.gantry("load", "-i", archive.toString());
        return cluster;
    }

    /// Runs `gantry`; what it says goes to standard error.
    void gantry(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(home.resolve("bin/gantry").toString());
        command.addAll(List.of(words));
        run(command, data);
    }

    /// The admin's configuration.
    Path config() {
        return data.resolve("admin.yaml");
    }

    /// An open connection to the API, as the admin.
    ManagedChannel connect() throws IOException {
        Path pki = data.resolve("pki");
        return NettyChannelBuilder.forAddress("127.0.0.1", PORT)
                .sslContext(
                        GrpcSslContexts.forClient()
                                .trustManager(pki.resolve("ca.crt").toFile())
                                .keyManager(
                                        pki.resolve("admin.crt").toFile(),
                                        pki.resolve("admin.key").toFile())
                                .build())
                .build();
    }

    /// The process id of etcd, server or agent.
    long pid(String role) throws IOException {
        String text = Files.readString(data.resolve("run/" + role + ".pid"));
        return Long.parseLong(text.strip().split(" ")[0]);
    }

    /// A pod that sleeps, and goes at once when it is told to.
    static ResourceObject pod(String name) {
        Pod pod =
                Pod.newBuilder()
                        .setMetadata(ObjectMeta.newBuilder().setName(name).setNamespace("default"))
                        .setSpec(
                                PodSpec.newBuilder()
                                        .setTerminationGracePeriodSeconds(0)
                                        .addContainers(
                                                Container.newBuilder()
                                                        .setName("main")
                                                        .setImage(IMAGE)
                                                        .addCommand("sleep")
                                                        .addCommand("100000")))
                        .build();
        return ResourceObject.newBuilder().setKind(POD).setObject(Any.pack(pod)).build();
    }

    @Override
    public void close() throws IOException {
        try {
            gantry("down", "--purge", "--data-dir", data.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while stopping the cluster", e);
        }
    }

    private static void run(List<String> command, Path data)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("GANTRY_CONFIG", data.resolve("admin.yaml").toString());
        builder.redirectErrorStream(true);
        Process process = builder.start();
        process.getInputStream().transferTo(System.err);
        if (process.waitFor() != 0) {
            throw new IOException("failed: " + command);
        }
    }
}

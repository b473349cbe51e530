package dev.gantry.agent;

import dev.gantry.agent.cgroup.Cgroups;
import dev.gantry.agent.container.ContainerRuntime;
import dev.gantry.agent.container.NativeRuntime;
import dev.gantry.agent.container.RuntimeConfig;
import dev.gantry.agent.container.Sandbox;
import dev.gantry.agent.container.SandboxNamespaces;
import dev.gantry.agent.container.SandboxOptions;
import dev.gantry.agent.facts.Objects;
import dev.gantry.agent.image.ImageStore;
import dev.gantry.agent.network.Cidr;
import dev.gantry.agent.network.NetworkConfig;
import dev.gantry.agent.network.PodNetwork;
import dev.gantry.agent.network.SandboxPool;
import dev.gantry.agent.network.SandboxSource;
import dev.gantry.agent.pod.NodeBody;
import dev.gantry.agent.pod.NodeFacts;
import dev.gantry.agent.pod.PodReports;
import dev.gantry.agent.pod.PooledLodgings;
import dev.gantry.agent.session.NodeSettings;
import dev.gantry.agent.sys.LinuxSyscalls;
import dev.gantry.agent.sys.Syscalls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/// This host's real parts, wired bottom-up. Closing it lets everything run on.
final class Host implements AutoCloseable {
    final Syscalls syscalls = new LinuxSyscalls();
    final InstantSource clock = InstantSource.system();
    final ExecutorService executor =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("pod-", 0).factory());
    final ContainerRuntime runtime;
    final ImageStore images;
    final SandboxNamespaces namespaces;
    final PodNetwork network;
    final SandboxPool pool;
    final PooledLodgings lodgings;
    private final Path dataDir;

    /// @param settings what the network is made from
    Host(Path dataDir, ImageStore images, NodeSettings settings) {
        this.dataDir = dataDir;
        this.images = images;
        var names = Names.of(dataDir);
        var shim = shim();
        runtime =
                new NativeRuntime(
                        new RuntimeConfig(dataDir.resolve("runtime"), shim, names.cgroup()),
                        syscalls,
                        clock);
        namespaces = new SandboxNamespaces(syscalls, shim);
        network = new PodNetwork(config(dataDir, names, settings));
        pool = new SandboxPool(network, source(namespaces));
        lodgings = new PooledLodgings(network, pool);
    }

    private static NetworkConfig config(Path dataDir, Names names, NodeSettings settings) {
        return NetworkConfig.of(dataDir, Cidr.parse(settings.podCidr()))
                .withRanges(
                        Cidr.parse(settings.clusterPodCidr()),
                        Cidr.parse(settings.serviceCidr()),
                        Cidr.address(settings.dnsAddress()))
                .withNames(names.table(), names.linkPrefix())
                .withIdBase(names.idBase());
    }

    private static SandboxSource source(SandboxNamespaces namespaces) {
        return new SandboxSource() {
            @Override
            public Sandbox create(String id, Path directory, SandboxOptions options) {
                return namespaces.create(id, directory, options);
            }

            @Override
            public void destroy(Sandbox sandbox) {
                namespaces.destroy(sandbox);
            }
        };
    }

    /// The shim's program: of the distribution, or of the build.
    static Path shim() {
        var home = System.getProperty("gantry.home");
        var named = System.getProperty("gantry.shim");
        var path = Path.of(named != null ? named : home + "/lib/gantry-shim");
        if (!Files.isExecutable(path)) {
            throw new IllegalStateException("the shim is missing: " + path);
        }
        return path;
    }

    /// Takes the pods up and begins, once the network is set up.
    NodeBody start(NodeFacts node, Supplier<Objects> objects, PodReports reports)
            throws InterruptedException {
        var materials =
                new NodeBody.Materials(
                        dataDir, runtime, lodgings, images, syscalls, executor, clock);
        return NodeBody.start(materials, node, objects, reports);
    }

    /// Removes what this agent made on the host, once no pod is left.
    void tearDown() {
        pool.drain();
        pool.owned().forEach(pool::release);
        network.teardown();
        Cgroups.detect(Cgroups.MOUNTED_AT, Names.of(dataDir).cgroup()).remove(Cgroups.SHIMS);
    }

    @Override
    public void close() {
        pool.close();
        network.close();
        namespaces.close();
        runtime.close();
        executor.shutdownNow();
    }
}

package dev.gantry.controlplane.node.grpc;

import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.node.NodeSessions;
import dev.gantry.loop.Timer;
import io.grpc.BindableService;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// The services Nodes, Pods and Images, to be added to the API server.
public final class NodeApi {
    private final List<BindableService> services;

    /// @param threads makes a thread for each call; virtual ones
    /// @param random draws the ids of tunnels: a secure one, for they must not be guessed
    /// @param callingNode the node whose certificate the current call carries, read from gRPC's
    ///   context on the thread that gRPC calls; empty when the caller is no node
    public NodeApi(
            NodeSessions sessions,
            ObjectStore objects,
            ThreadFactory threads,
            Timer timer,
            RandomGenerator random,
            Supplier<Optional<String>> callingNode) {
        var calls = new CallThreads(threads);
        var tunnels = new Tunnels(timer, random);
        this.services =
                List.of(
                        new NodesService(sessions, tunnels, calls, timer, callingNode),
                        new PodsService(new PodLookup(objects, sessions), tunnels, calls),
                        new ImagesService(sessions, tunnels, calls));
    }

    public List<BindableService> services() {
        return services;
    }
}

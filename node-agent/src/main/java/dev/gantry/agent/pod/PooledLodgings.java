package dev.gantry.agent.pod;

import dev.gantry.agent.container.Sandbox;
import dev.gantry.agent.network.HostPort;
import dev.gantry.agent.network.NetworkException;
import dev.gantry.agent.network.PodNetwork;
import dev.gantry.agent.network.SandboxPool;
import dev.gantry.api.core.v1.Pod;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// Sandboxes from the pod network's pool, each with its address and host ports.
public final class PooledLodgings implements Lodgings {
    private final PodNetwork network;
    private final SandboxPool pool;
    private final ConcurrentHashMap<String, Sandbox> taken = new ConcurrentHashMap<>();

    public PooledLodgings(PodNetwork network, SandboxPool pool) {
        this.network = network;
        this.pool = pool;
    }

    /// The sandboxes that an earlier agent left in use, by pod uid.
    public SortedMap<String, Place> adopt() {
        var places = new TreeMap<String, Place>();
        pool.adopt()
                .forEach((uid, sandbox) -> {
                    taken.put(uid, sandbox);
                    places.put(uid, new Place(sandbox, address(sandbox)));
                });
        return places;
    }

    @Override
    public Place take(Pod pod, boolean hostUsers) throws InterruptedException {
        var uid = pod.getMetadata().getUid();
        var sandbox = taken.get(uid);
        if (sandbox == null) {
            sandbox = fresh(pod, hostUsers);
            taken.put(uid, sandbox);
        }
        var ports = ports(pod);
        try {
            if (!ports.isEmpty() && !sandbox.hostNetwork()) {
                network.publish(sandbox, ports);
            }
        } catch (NetworkException e) {
            throw new PartException("FailedCreatePodSandBox", String.valueOf(e.getMessage()), e);
        }
        return new Place(sandbox, address(sandbox));
    }

    private Sandbox fresh(Pod pod, boolean hostUsers) throws InterruptedException {
        var uid = pod.getMetadata().getUid();
        boolean hostNetwork = pod.getSpec().getHostNetwork();
        boolean hostIpc = pod.getSpec().getHostIPC();
        if (hostNetwork || hostIpc) {
            return pool.takeShared(uid, hostNetwork, hostIpc);
        }
        return hostUsers ? pool.takeHostUsers(uid) : pool.take(uid);
    }

    private String address(Sandbox sandbox) {
        return network.address(sandbox).map(Inet4Address::getHostAddress).orElse("");
    }

    private static List<HostPort> ports(Pod pod) {
        var ports = new ArrayList<HostPort>();
        for (var container : pod.getSpec().getContainersList()) {
            for (var port : container.getPortsList()) {
                if (port.getHostPort() > 0) {
                    ports.add(HostPorts.of(port));
                }
            }
        }
        return ports;
    }

    @Override
    public void release(String uid) throws InterruptedException {
        var sandbox = taken.get(uid);
        if (sandbox != null) {
            pool.release(sandbox);
            taken.remove(uid);
        }
    }
}

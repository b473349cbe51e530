package dev.gantry.controlplane.endpointslice;

import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.ContainerPort;
import dev.gantry.api.core.v1.ObjectReference;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.Service;
import dev.gantry.api.core.v1.ServicePort;
import dev.gantry.api.discovery.v1.Endpoint;
import dev.gantry.api.discovery.v1.EndpointConditions;
import dev.gantry.api.discovery.v1.EndpointPort;
import dev.gantry.api.discovery.v1.EndpointSlice;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.meta.v1.ObjectMeta;
import dev.gantry.api.meta.v1.OwnerReference;
import dev.gantry.api.time.Times;
import dev.gantry.controlplane.cache.ObjectWrite;
import dev.gantry.controlplane.controller.Names;
import dev.gantry.controlplane.controller.Plan;
import dev.gantry.controlplane.controller.Pods;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// Which EndpointSlices a Service should have. Pure.
///
/// Pods whose named ports resolve to the same numbers share slices of at most 100 endpoints. An
/// endpoint stays in its slice for as long as it can, so that a change of one pod rewrites one
/// slice.
final class EndpointSlicePlanner {

    // As Kubernetes' --max-endpoints-per-slice.
    private static final int ENDPOINTS_MAX = 100;
    static final String SERVICE_LABEL = "kubernetes.io/service-name";
    static final String MANAGER_LABEL = "endpointslice.kubernetes.io/managed-by";
    static final String MANAGER = "endpointslice-controller.gantry.dev";

    /// What is seen of one Service.
    ///
    /// @param pods those that its selector selects
    /// @param slices those that this controller made for it before
    record Observed(Service service, List<Pod> pods, List<EndpointSlice> slices) {}

    private EndpointSlicePlanner() {}

    static Plan plan(Observed observed, Instant now, RandomGenerator random) {
        Map<List<EndpointPort>, Map<String, Endpoint>> wanted = new LinkedHashMap<>();
        for (Pod pod : observed.pods()) {
            if (pod.getStatus().getPodIP().isEmpty() || Pods.isTerminal(pod)) {
                continue;
            }
            wanted.computeIfAbsent(ports(observed.service(), pod), _ -> new TreeMap<>())
                    .put(pod.getMetadata().getUid(), endpoint(observed.service(), pod));
        }
        List<ObjectWrite> writes = new ArrayList<>();
        Map<List<EndpointPort>, List<EndpointSlice>> existing = new LinkedHashMap<>();
        for (EndpointSlice slice : observed.slices()) {
            existing.computeIfAbsent(slice.getPortsList(), _ -> new ArrayList<>()).add(slice);
        }
        existing.forEach((ports, slices) -> {
            if (!wanted.containsKey(ports)) {
                slices.forEach(slice -> writes.add(delete(slice)));
            }
        });
        wanted.forEach((ports, endpoints) ->
                group(
                        observed.service(),
                        ports,
                        endpoints,
                        existing.getOrDefault(ports, List.of()),
                        writes,
                        meta -> stamped(meta, now, random)));
        return Plan.of(writes);
    }

    private interface Stamp {
        ObjectMeta.Builder apply(ObjectMeta.Builder meta);
    }

    private static void group(
            Service service,
            List<EndpointPort> ports,
            Map<String, Endpoint> wanted,
            List<EndpointSlice> slices,
            List<ObjectWrite> writes,
            Stamp stamp) {
        Map<String, Endpoint> left = new TreeMap<>(wanted);
        List<List<Endpoint>> kept = new ArrayList<>();
        for (EndpointSlice slice : slices) {
            List<Endpoint> stay = new ArrayList<>();
            for (Endpoint old : slice.getEndpointsList()) {
                Endpoint current = left.remove(old.getTargetRef().getUid());
                if (current != null) {
                    stay.add(current);
                }
            }
            kept.add(stay);
        }
        Deque<Endpoint> fresh = new ArrayDeque<>(left.values());
        for (int i = 0; i < slices.size(); i++) {
            List<Endpoint> endpoints = kept.get(i);
            while (endpoints.size() < ENDPOINTS_MAX && !fresh.isEmpty()) {
                endpoints.add(fresh.removeFirst());
            }
            if (endpoints.isEmpty()) {
                writes.add(delete(slices.get(i)));
            } else if (!endpoints.equals(slices.get(i).getEndpointsList())) {
                writes.add(
                        new ObjectWrite.Update(
                                slices.get(i).toBuilder()
                                        .clearEndpoints()
                                        .addAllEndpoints(endpoints)
                                        .build()));
            }
        }
        while (!fresh.isEmpty()) {
            EndpointSlice.Builder slice =
                    EndpointSlice.newBuilder()
                            .setMetadata(stamp.apply(meta(service)))
                            .setAddressType("IPv4")
                            .addAllPorts(ports);
            while (slice.getEndpointsCount() < ENDPOINTS_MAX && !fresh.isEmpty()) {
                slice.addEndpoints(fresh.removeFirst());
            }
            writes.add(new ObjectWrite.Create(slice.build()));
        }
    }

    private static ObjectMeta.Builder meta(Service service) {
        String name = service.getMetadata().getName();
        return ObjectMeta.newBuilder()
                .setGenerateName(name + "-")
                .setNamespace(service.getMetadata().getNamespace())
                .putLabels(SERVICE_LABEL, name)
                .putLabels(MANAGER_LABEL, MANAGER)
                .addOwnerReferences(
                        OwnerReference.newBuilder()
                                .setApiVersion("v1")
                                .setKind("Service")
                                .setName(name)
                                .setUid(service.getMetadata().getUid())
                                .setController(true)
                                .setBlockOwnerDeletion(true));
    }

    private static ObjectMeta.Builder stamped(
            ObjectMeta.Builder meta, Instant now, RandomGenerator random) {
        return meta.setName(Names.generate(meta.getGenerateName(), random))
                .setUid(Names.uid(random))
                .setGeneration(1)
                .setCreationTimestamp(Times.of(now));
    }

    private static ObjectWrite delete(EndpointSlice slice) {
        return new ObjectWrite.Delete(
                ObjectKey.of(slice), slice.getMetadata().getResourceVersion());
    }

    private static Endpoint endpoint(Service service, Pod pod) {
        boolean ready = Pods.isReady(pod);
        boolean terminating = pod.getMetadata().hasDeletionTimestamp();
        boolean publish = service.getSpec().getPublishNotReadyAddresses();
        Endpoint.Builder endpoint =
                Endpoint.newBuilder()
                        .addAddresses(pod.getStatus().getPodIP())
                        .setConditions(
                                EndpointConditions.newBuilder()
                                        .setReady(publish || (ready && !terminating))
                                        .setServing(publish || ready)
                                        .setTerminating(terminating))
                        .setTargetRef(
                                ObjectReference.newBuilder()
                                        .setKind("Pod")
                                        .setNamespace(pod.getMetadata().getNamespace())
                                        .setName(pod.getMetadata().getName())
                                        .setUid(pod.getMetadata().getUid()));
        if (!pod.getSpec().getNodeName().isEmpty()) {
            endpoint.setNodeName(pod.getSpec().getNodeName());
        }
        if (!pod.getSpec().getHostname().isEmpty()
                && pod.getSpec().getSubdomain().equals(service.getMetadata().getName())) {
            endpoint.setHostname(pod.getSpec().getHostname());
        }
        return endpoint.build();
    }

    private static List<EndpointPort> ports(Service service, Pod pod) {
        List<EndpointPort> ports = new ArrayList<>();
        for (ServicePort port : service.getSpec().getPortsList()) {
            String protocol = port.getProtocol().isEmpty() ? "TCP" : port.getProtocol();
            target(port, protocol, pod)
                    .ifPresent(number -> {
                        EndpointPort.Builder one =
                                EndpointPort.newBuilder()
                                        .setName(port.getName())
                                        .setProtocol(protocol)
                                        .setPort(number);
                        if (port.hasAppProtocol()) {
                            one.setAppProtocol(port.getAppProtocol());
                        }
                        ports.add(one.build());
                    });
        }
        return ports;
    }

    // The port on the pod; empty when no container has a port of that name.
    private static Optional<Integer> target(ServicePort port, String protocol, Pod pod) {
        var target = port.getTargetPort();
        if (!target.getStrVal().isEmpty()) {
            for (Container container : pod.getSpec().getContainersList()) {
                for (ContainerPort one : container.getPortsList()) {
                    String its = one.getProtocol().isEmpty() ? "TCP" : one.getProtocol();
                    if (one.getName().equals(target.getStrVal()) && its.equals(protocol)) {
                        return Optional.of(one.getContainerPort());
                    }
                }
            }
            return Optional.empty();
        }
        return Optional.of(target.getIntVal() == 0 ? port.getPort() : target.getIntVal());
    }
}

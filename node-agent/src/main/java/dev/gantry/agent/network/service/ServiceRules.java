package dev.gantry.agent.network.service;

import dev.gantry.agent.network.Cidr;
import dev.gantry.agent.network.PodNetwork;
import dev.gantry.agent.network.service.Backends.Backend;
import dev.gantry.agent.sys.NetlinkConntrack;
import dev.gantry.agent.sys.NetlinkException;
import dev.gantry.agent.sys.NetlinkSocket;
import dev.gantry.api.core.v1.Service;
import dev.gantry.api.discovery.v1.EndpointSlice;
import java.util.Collection;
import java.util.Collections;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The node's ClusterIP Services in the agent's nftables table. One caller at a time.
public final class ServiceRules {

    private static final Logger LOG = LoggerFactory.getLogger(ServiceRules.class);
    private static final Pattern CHAIN = Pattern.compile("(?m)^\\s*chain (s-\\S+) \\{");

    private final PodNetwork network;
    private final ServicePlanner planner;
    private SortedMap<ServicePort, Backends> applied = Collections.emptySortedMap();
    private SortedSet<String> hairpins = Collections.emptySortedSet();
    private boolean known;

    /// @param network must be set up before the first update
    public ServiceRules(PodNetwork network) {
        this.network = network;
        this.planner = new ServicePlanner(network.config().serviceCidr());
    }

    /// Makes the rules follow all Services and EndpointSlices of the cluster; only what differs
    /// from what is in force is written, in one transaction. The first update after a start
    /// replaces what an earlier agent left. Connections that are established stay with their
    /// endpoints.
    ///
    /// @throws dev.gantry.agent.sys.NftException when the kernel refuses; nothing has changed then,
    ///   and the next update writes everything anew
    public synchronized void update(
            Collection<Service> services, Collection<EndpointSlice> slices) {
        SortedMap<ServicePort, Backends> plan = planner.plan(services, slices);
        SortedSet<String> local = localAddresses(plan);
        RuleChanges changes = new RuleChanges(network.config().table());
        if (!known) {
            changes.dropAll(chains());
        }
        changes.between(known ? applied : Collections.emptySortedMap(), plan);
        changes.hairpins(known ? hairpins : Collections.emptySortedSet(), local);
        SortedMap<ServicePort, Backends> before = applied;
        if (!changes.isEmpty()) {
            boolean first = !known;
            known = false;
            network.changeRules(changes.text());
            known = true;
            applied = plan;
            hairpins = local;
            forgetStaleFlows(first, before, plan);
        }
    }

    private SortedSet<String> chains() {
        SortedSet<String> chains = new TreeSet<>();
        Matcher found = CHAIN.matcher(network.listRules());
        while (found.find()) {
            chains.add(found.group(1));
        }
        return chains;
    }

    private SortedSet<String> localAddresses(SortedMap<ServicePort, Backends> plan) {
        Cidr pods = network.config().podCidr();
        return plan.values().stream()
                .flatMap(backends -> backends.list().stream())
                .map(Backend::address)
                .filter(address -> pods.contains(Cidr.address(address)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /// A UDP client that sends on from one port never makes a new connection: its flow would lead
    /// to an endpoint that is gone for as long as it sends.
    private void forgetStaleFlows(
            boolean all,
            SortedMap<ServicePort, Backends> before,
            SortedMap<ServicePort, Backends> after) {
        boolean lost =
                all
                        || before.entrySet().stream()
                                .anyMatch(
                                        entry -> lostUdp(entry.getKey(), entry.getValue(), after));
        if (!lost) {
            return;
        }
        Cidr services = network.config().serviceCidr();
        try (NetlinkSocket socket = NetlinkSocket.netfilter()) {
            NetlinkConntrack.forgetUdp(
                    socket,
                    flow ->
                            services.contains(Cidr.address(flow.destination()))
                                    && !flow.destination().equals(flow.answerer())
                                    && !answers(after, flow));
        } catch (NetlinkException e) {
            // Not fatal: the flows end by themselves 30 seconds after their last packet.
            LOG.atWarn().setCause(e).log("failed to forget flows to endpoints that are gone");
        }
    }

    private static boolean lostUdp(
            ServicePort port, Backends backends, SortedMap<ServicePort, Backends> after) {
        Backends now = after.get(port);
        return port.protocol().equals("udp")
                && (now == null || !now.list().containsAll(backends.list()));
    }

    private static boolean answers(
            SortedMap<ServicePort, Backends> after, NetlinkConntrack.Flow flow) {
        Backends backends = after.get(new ServicePort(flow.destination(), "udp", flow.port()));
        return backends != null
                && backends.list().stream()
                        .anyMatch(backend -> backend.address().equals(flow.answerer()));
    }

    /// The ports that have endpoints now, for tests and for `status`.
    public synchronized Set<String> ports() {
        return applied.keySet().stream()
                .map(ServicePort::element)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}

package dev.gantry.agent.network.dns;

import dev.gantry.agent.network.Cidr;
import dev.gantry.agent.network.dns.DnsRecord.Alias;
import dev.gantry.agent.network.dns.DnsRecord.Authority;
import dev.gantry.agent.network.dns.DnsRecord.Host;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What the cluster's domain and the reverse names of its ranges hold at one time: immutable. The
/// names follow Kubernetes' DNS-Based Service Discovery specification, version 1.1.0.
final class ClusterZone {

    private static final int NEGATIVE_SECONDS = 5;
    private static final String REVERSE = ".in-addr.arpa";
    private static final Pattern DASHED = Pattern.compile("([0-9]{1,3}-){3}[0-9]{1,3}");

    private final String domain;
    private final List<Cidr> ranges;
    private final Map<String, List<DnsRecord>> records;
    private final Set<String> existing;

    /// @param domain e.g. `cluster.local`
    /// @param ranges whose reverse names are ours
    /// @param records by name
    /// @param existing names that have no records but names below them
    ClusterZone(
            String domain,
            List<Cidr> ranges,
            Map<String, List<DnsRecord>> records,
            Set<String> existing) {
        this.domain = domain;
        this.ranges = ranges;
        this.records = records;
        this.existing = existing;
    }

    /// The answer for a name that is ours; empty for one that servers upstream know.
    ///
    /// @param turn any number: which of several addresses comes first
    Optional<DnsAnswer> answer(String name, int type, int turn) {
        if (name.equals(domain) || name.endsWith("." + domain)) {
            return Optional.of(inDomain(name, type, turn));
        }
        if (reversed(name).filter(this::isOurs).isPresent()) {
            return Optional.of(
                    of(records.get(name), type, turn, name.substring(name.length() - 12)));
        }
        return Optional.empty();
    }

    private DnsAnswer inDomain(String name, int type, int turn) {
        if (name.equals(domain)) {
            DnsRecord authority = new Authority(domain, NEGATIVE_SECONDS);
            return type == DnsWire.TYPE_SOA
                    ? new DnsAnswer(DnsWire.NO_ERROR, true, List.of(authority), List.of())
                    : new DnsAnswer(DnsWire.NO_ERROR, true, List.of(), List.of(authority));
        }
        List<DnsRecord> found = records.get(name);
        if (found == null) {
            found = pod(name).map(List::of).orElse(null);
        }
        if (found == null && existing.contains(name)) {
            found = List.of();
        }
        return of(found, type, turn, domain);
    }

    private static DnsAnswer of(@Nullable List<DnsRecord> found, int type, int turn, String zone) {
        DnsRecord authority = new Authority(zone, NEGATIVE_SECONDS);
        if (found == null) {
            return new DnsAnswer(DnsWire.NO_SUCH_NAME, true, List.of(), List.of(authority));
        }
        List<DnsRecord> matching = new ArrayList<>();
        for (DnsRecord record : found) {
            if (record.type() == type || record instanceof Alias || type == DnsWire.TYPE_ANY) {
                matching.add(record);
            }
        }
        if (matching.isEmpty()) {
            return new DnsAnswer(DnsWire.NO_ERROR, true, List.of(), List.of(authority));
        }
        Collections.rotate(matching, Math.floorMod(turn, matching.size()));
        return new DnsAnswer(DnsWire.NO_ERROR, true, matching, List.of());
    }

    /// `10-200-0-5.default.pod.cluster.local`: the name carries the address.
    private Optional<DnsRecord> pod(String name) {
        String suffix = ".pod." + domain;
        if (!name.endsWith(suffix)) {
            return Optional.empty();
        }
        String[] parts = name.substring(0, name.length() - suffix.length()).split("\\.", -1);
        if (parts.length != 2 || !DASHED.matcher(parts[0]).matches()) {
            return Optional.empty();
        }
        return address(parts[0].replace('-', '.'))
                .filter(this::isOurs)
                .map(address -> new Host(name, address));
    }

    private boolean isOurs(Inet4Address address) {
        return ranges.stream().anyMatch(range -> range.contains(address));
    }

    /// The name under which the name of an address is asked.
    static String reverseName(Inet4Address address) {
        String[] parts = address.getHostAddress().split("\\.", -1);
        return parts[3] + "." + parts[2] + "." + parts[1] + "." + parts[0] + REVERSE;
    }

    private static Optional<Inet4Address> reversed(String name) {
        if (!name.endsWith(REVERSE)) {
            return Optional.empty();
        }
        String[] parts = name.substring(0, name.length() - REVERSE.length()).split("\\.", -1);
        return parts.length == 4
                ? address(parts[3] + "." + parts[2] + "." + parts[1] + "." + parts[0])
                : Optional.empty();
    }

    private static Optional<Inet4Address> address(String text) {
        try {
            return Optional.of(Cidr.address(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}

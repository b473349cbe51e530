package dev.gantry.controlplane.api;

import dev.gantry.api.core.v1.Service;
import dev.gantry.api.core.v1.ServiceSpec;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.controlplane.cache.ObjectStore;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;

/// Gives Services their cluster addresses. Which are taken is read from the Services themselves, so
/// that nothing else has to survive a crash.
///
/// Within this server [ObjectWriter] allots and stores under one lock. Two servers may allot one
/// address at once: each looks again after its write, when its cache shows the other's, and the one
/// that sees the address twice takes another before its client hears of it.
final class ServiceAddresses {
    private static final String HEADLESS = "None";

    /// The range's first addresses are for the cluster's own: .1 for the API, .10 for DNS.
    private static final int RESERVED = 16;

    private final int network;
    private final int size;
    private final RandomGenerator random;

    /// @param range IPv4 in CIDR form, such as `10.201.0.0/16`; at least a /26
    ServiceAddresses(String range, RandomGenerator random) {
        var slash = range.indexOf('/');
        var bits = Integer.parseInt(range.substring(slash + 1));
        this.size = 1 << (32 - bits);
        this.network = number(range.substring(0, slash)) & -size;
        this.random = random;
    }

    static boolean needsAddress(Service service) {
        var spec = service.getSpec();
        return !spec.getType().equals("ExternalName") && spec.getClusterIP().isEmpty();
    }

    /// The Service with an address, when it needs one.
    ///
    /// @throws ApiException when the one it asks for is taken or no address is left
    Service allot(Service service, ObjectStore objects) {
        var spec = service.getSpec();
        if (needsAddress(service)) {
            return with(service, free(used(objects, ObjectKey.of(service))));
        }
        if (!spec.getClusterIP().isEmpty() && !spec.getClusterIP().equals(HEADLESS)) {
            check(service, objects);
        }
        return spec.getClusterIP().isEmpty() ? service : with(service, spec.getClusterIP());
    }

    /// Whether another Service has the same address.
    boolean isShared(Service service, ObjectStore objects) {
        var address = service.getSpec().getClusterIP();
        return !address.isEmpty()
                && !address.equals(HEADLESS)
                && used(objects, ObjectKey.of(service)).contains(address);
    }

    private void check(Service service, ObjectStore objects) {
        var address = service.getSpec().getClusterIP();
        int at;
        try {
            at = number(address) - network;
        } catch (IllegalArgumentException _) {
            throw ApiException.invalid("spec.clusterIP", "\"" + address + "\" is no IPv4 address");
        }
        if (at < RESERVED || at >= size - 1) {
            throw ApiException.invalid(
                    "spec.clusterIP",
                    address
                            + " is outside of "
                            + text(network + RESERVED)
                            + " to "
                            + text(network + size - 2));
        }
        if (isShared(service, objects)) {
            throw ApiException.invalid("spec.clusterIP", address + " is taken by another Service");
        }
    }

    private String free(Set<String> used) {
        var span = size - 1 - RESERVED;
        var start = random.nextInt(span);
        for (int i = 0; i < span; i++) {
            var address = text(network + RESERVED + (start + i) % span);
            if (!used.contains(address)) {
                return address;
            }
        }
        throw new ApiException(
                ApiException.Reason.EXHAUSTED, "no cluster address is left for another Service");
    }

    private static Set<String> used(ObjectStore objects, ObjectKey except) {
        var used = new HashSet<String>();
        for (var other : objects.list(Kinds.SERVICE, "").objects()) {
            if (!ObjectKey.of(other).equals(except)) {
                used.add(((Service) other).getSpec().getClusterIP());
            }
        }
        return used;
    }

    private static Service with(Service service, String address) {
        ServiceSpec.Builder spec = service.getSpec().toBuilder().setClusterIP(address);
        spec.clearClusterIPs().addClusterIPs(address);
        return service.toBuilder().setSpec(spec).build();
    }

    /// Without the address, so that another is allotted.
    static Service without(Service service) {
        var spec = service.getSpec().toBuilder().clearClusterIP().clearClusterIPs();
        return service.toBuilder().setSpec(spec).build();
    }

    /// A Service keeps its address when the request that replaces it leaves it out.
    static Service keep(Service live, Service wanted) {
        var address = live.getSpec().getClusterIP();
        var other = Objects.equals(wanted.getSpec().getType(), "ExternalName");
        return address.isEmpty() || other || !wanted.getSpec().getClusterIP().isEmpty()
                ? wanted
                : Meta.with(with(wanted, address), wanted.getMetadata());
    }

    private static int number(String address) {
        var number = 0;
        for (var part : InetAddress.ofLiteral(address).getAddress()) {
            number = number << 8 | (part & 0xff);
        }
        return number;
    }

    private static String text(int address) {
        return (address >>> 24)
                + "."
                + (address >>> 16 & 0xff)
                + "."
                + (address >>> 8 & 0xff)
                + "."
                + (address & 0xff);
    }
}

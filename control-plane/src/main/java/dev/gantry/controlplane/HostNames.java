package dev.gantry.controlplane;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/// By which names and addresses this host may be reached, as far as it knows by itself.
final class HostNames {
    private HostNames() {}

    /// The host's own name; `localhost` when it has none.
    static String own() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (IOException _) {
            return "localhost";
        }
    }

    /// What the server's certificate shall name.
    static List<String> all(ControlPlaneConfig config) {
        var names = new LinkedHashSet<String>();
        names.add(own());
        config.advertise().ifPresent(a -> names.add(a.host()));
        names.addAll(config.hosts());
        try {
            var wildcard = InetAddress.getByName(config.listen().host()).isAnyLocalAddress();
            if (wildcard) {
                names.addAll(addresses());
            } else {
                names.add(config.listen().host());
            }
        } catch (IOException _) {
            // A name that cannot be resolved here may be one that others resolve.
            names.add(config.listen().host());
        }
        return List.copyOf(names);
    }

    /// Addresses that other hosts may know; those of links that the host made for itself do not
    /// hurt.
    private static List<String> addresses() throws IOException {
        var found = new ArrayList<String>();
        for (var link : NetworkInterface.networkInterfaces().toList()) {
            for (var address : link.getInterfaceAddresses()) {
                var ip = address.getAddress();
                if (!ip.isLoopbackAddress() && !ip.isLinkLocalAddress()) {
                    found.add(ip.getHostAddress().replaceAll("%.*", ""));
                }
            }
        }
        return found;
    }
}

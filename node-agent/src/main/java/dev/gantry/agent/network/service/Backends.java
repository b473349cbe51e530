package dev.gantry.agent.network.service;

import java.util.List;

/// Who answers on a port of a Service; never empty.
///
/// @param list in the order of address and port, each once
/// @param sticky whether a client keeps its endpoint (`sessionAffinity: ClientIP`)
record Backends(List<Backend> list, boolean sticky) {

    /// @param address the endpoint's, dotted
    record Backend(String address, int port) implements Comparable<Backend> {
        @Override
        public int compareTo(Backend other) {
            int byAddress = address.compareTo(other.address);
            return byAddress != 0 ? byAddress : Integer.compare(port, other.port);
        }
    }

    Backends {
        list = List.copyOf(list);
        if (list.isEmpty()) {
            throw new IllegalArgumentException("no backend");
        }
    }

    /// The rule of a Service port's chain, in nft(8)'s syntax.
    String rule(String protocol) {
        String match = "meta l4proto " + protocol + " dnat ip to ";
        if (list.size() == 1) {
            Backend only = list.getFirst();
            return match + only.address() + ":" + only.port();
        }
        // Random and not `numgen inc`: its counter begins anew with each change of the rule, so the
        // first endpoint of a Service that changes often would get most of the connections.
        String choice = sticky ? "jhash ip saddr" : "numgen random";
        StringBuilder rule = new StringBuilder(match);
        rule.append(choice).append(" mod ").append(list.size()).append(" map { ");
        for (int i = 0; i < list.size(); i++) {
            Backend backend = list.get(i);
            rule.append(i == 0 ? "" : ", ").append(i).append(" : ");
            rule.append(backend.address()).append(" . ").append(backend.port());
        }
        return rule.append(" }").toString();
    }
}

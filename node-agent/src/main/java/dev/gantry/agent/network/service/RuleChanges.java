package dev.gantry.agent.network.service;

import java.util.Collection;
import java.util.SortedMap;
import java.util.SortedSet;

/// The nftables commands that lead from one state to another, as text: one transaction. Its length
/// grows with what changed, not with how many Services there are.
final class RuleChanges {

    private final String table;
    private final StringBuilder text = new StringBuilder();

    RuleChanges(String table) {
        this.table = table;
    }

    String text() {
        return text.toString();
    }

    boolean isEmpty() {
        return text.isEmpty();
    }

    /// Begins from what an earlier agent left: its elements and chains are dropped in the same
    /// transaction that makes ours, so no packet sees a gap.
    void dropAll(Collection<String> chains) {
        line("flush map ip " + table + " services");
        line("flush set ip " + table + " hairpin");
        for (String chain : chains) {
            dropChain(chain);
        }
    }

    void between(SortedMap<ServicePort, Backends> before, SortedMap<ServicePort, Backends> after) {
        before.forEach((port, backends) -> {
            if (!after.containsKey(port)) {
                element("delete", "services", port.element());
                dropChain(port.chain());
            }
        });
        after.forEach((port, backends) -> {
            Backends old = before.get(port);
            if (old == null) {
                line("add chain ip " + table + " " + port.chain());
                rule(port, backends);
                element("add", "services", port.element() + " : goto " + port.chain());
            } else if (!old.equals(backends)) {
                line("flush chain ip " + table + " " + port.chain());
                rule(port, backends);
            }
        });
    }

    /// The pods of this node that answer for a Service, and so could be their own clients.
    void hairpins(SortedSet<String> before, SortedSet<String> after) {
        for (String address : before) {
            if (!after.contains(address)) {
                element("delete", "hairpin", address + " . " + address);
            }
        }
        for (String address : after) {
            if (!before.contains(address)) {
                element("add", "hairpin", address + " . " + address);
            }
        }
    }

    private void rule(ServicePort port, Backends backends) {
        line("add rule ip " + table + " " + port.chain() + " " + backends.rule(port.protocol()));
    }

    private void dropChain(String chain) {
        line("flush chain ip " + table + " " + chain);
        line("delete chain ip " + table + " " + chain);
    }

    private void element(String verb, String map, String element) {
        line(verb + " element ip " + table + " " + map + " { " + element + " }");
    }

    private void line(String command) {
        text.append(command).append('\n');
    }
}

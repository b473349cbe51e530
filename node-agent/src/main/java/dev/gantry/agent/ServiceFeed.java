package dev.gantry.agent;

import dev.gantry.agent.network.dns.ClusterDns;
import dev.gantry.agent.network.service.ServiceRules;
import dev.gantry.agent.session.NodeState;
import java.util.concurrent.ArrayBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes rules and names of Services follow what the control plane said: always the latest state,
/// on one thread.
final class ServiceFeed implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceFeed.class);

    private final ServiceRules rules;
    private final ClusterDns dns;
    private final ArrayBlockingQueue<NodeState> latest = new ArrayBlockingQueue<>(1);
    private final Thread thread;

    ServiceFeed(ServiceRules rules, ClusterDns dns) {
        this.rules = rules;
        this.dns = dns;
        this.thread = Thread.ofPlatform().name("services").daemon().start(this::run);
    }

    /// Takes a state; an older one that nobody has looked at yet is passed over.
    void accept(NodeState state) {
        synchronized (latest) {
            latest.clear();
            latest.add(state);
        }
    }

    private void run() {
        try {
            while (true) {
                var state = latest.take();
                try {
                    var services = state.services().values();
                    var slices = state.endpointSlices().values();
                    rules.update(services, slices);
                    dns.update(services, slices);
                } catch (RuntimeException e) {
                    LOG.atWarn().setCause(e).log("failed to update services");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        dns.close();
    }
}

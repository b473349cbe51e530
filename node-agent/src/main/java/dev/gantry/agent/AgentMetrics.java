package dev.gantry.agent;

import dev.gantry.agent.pod.PodState;
import dev.gantry.agent.session.ControlPlaneSession;
import dev.gantry.agent.work.NodeCore;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;

/// The agent's series.
final class AgentMetrics {
    private static final List<String> PHASES =
            List.of("Pending", "Running", "Succeeded", "Failed", "Unknown");

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    AgentMetrics(NodeCore core, ControlPlaneSession session) {
        for (var phase : PHASES) {
            Gauge.builder("gantry.agent.pods", () -> count(core, phase))
                    .tag("phase", phase)
                    .description("pods on this node")
                    .register(registry);
        }
        Gauge.builder("gantry.agent.connected", () -> session.connected() ? 1 : 0)
                .description("whether a session with the control plane stands")
                .register(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
    }

    private static long count(NodeCore core, String phase) {
        return core.body().stream()
                .flatMap(body -> body.agent().pods().values().stream())
                .map(PodState::status)
                .filter(status -> status.getPhase().equals(phase))
                .count();
    }

    /// In Prometheus' text format.
    String text() {
        return registry.scrape();
    }
}

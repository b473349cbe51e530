package dev.gantry.controlplane.observability;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/// `/metrics` for Prometheus, `/healthz` (the process runs) and `/readyz` (it serves; else why
/// not). Meant for loopback: nothing here asks who calls.
public final class ObservabilityServer implements AutoCloseable {
    private static final int OK = 200;
    private static final int NOT_READY = 503;
    private static final int NOT_FOUND = 404;
    private static final int BACKLOG = 16;

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics gc = new JvmGcMetrics();
    private final AtomicReference<Supplier<String>> readiness =
            new AtomicReference<>(() -> "starting");
    private final HttpServer server;
    private final ExecutorService threads;

    private ObservabilityServer(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /// @throws IOException when the address cannot be bound
    public static ObservabilityServer start(InetSocketAddress listen) throws IOException {
        var threads =
                Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("observability-", 0).factory());
        var http = HttpServer.create(listen, BACKLOG);
        var made = new ObservabilityServer(http, threads);
        made.bindProcess();
        http.setExecutor(threads);
        http.createContext("/metrics", e -> answer(e, "/metrics", OK, made.registry.scrape()));
        http.createContext("/healthz", e -> answer(e, "/healthz", OK, "ok\n"));
        http.createContext("/readyz", made::ready);
        http.start();
        return made;
    }

    /// Where features register their metrics.
    public PrometheusMeterRegistry registry() {
        return registry;
    }

    /// The port that is listened on.
    public int port() {
        return server.getAddress().getPort();
    }

    /// @param reason why the process is not ready; empty text when it is. Asked at each request.
    public void readyWhen(Supplier<String> reason) {
        readiness.set(reason);
    }

    private void bindProcess() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        gc.bindTo(registry);
    }

    private void ready(HttpExchange exchange) throws IOException {
        var reason = readiness.get().get();
        answer(
                exchange,
                "/readyz",
                reason.isEmpty() ? OK : NOT_READY,
                reason.isEmpty() ? "ok\n" : reason + "\n");
    }

    private static void answer(HttpExchange exchange, String path, int status, String text)
            throws IOException {
        // A context answers for everything below its path, too, which does not exist.
        var exact = exchange.getRequestURI().getPath().equals(path);
        var body = (exact ? text : "not found\n").getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
            exchange.sendResponseHeaders(exact ? status : NOT_FOUND, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        gc.close();
        registry.close();
    }
}

package dev.gantry.agent.node;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// `/healthz`, `/readyz` and `/metrics` over HTTP, for whoever supervises the agent.
public final class HealthServer implements AutoCloseable {
    private final HttpServer server;

    private HealthServer(HttpServer server) {
        this.server = server;
    }

    /// @param ready whether the agent does its work
    /// @param metrics the text of Prometheus' format
    public static HealthServer start(
            InetSocketAddress address, BooleanSupplier ready, Supplier<String> metrics)
            throws IOException {
        HttpServer server;
        try {
            server = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw new IOException(
                    "cannot listen for metrics on "
                            + address.getHostString()
                            + ":"
                            + address.getPort()
                            + " (--metrics-listen)",
                    e);
        }
        server.setExecutor(
                Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("http-", 0).factory()));
        server.createContext("/healthz", exchange -> answer(exchange, 200, "ok\n"));
        server.createContext(
                "/readyz",
                exchange -> {
                    boolean now = ready.getAsBoolean();
                    answer(exchange, now ? 200 : 503, now ? "ok\n" : "not connected\n");
                });
        server.createContext("/metrics", exchange -> answer(exchange, 200, metrics.get()));
        server.start();
        return new HealthServer(server);
    }

    /// The port that it listens on.
    public int port() {
        return server.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange, int code, String text) throws IOException {
        try (exchange) {
            var bytes = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
            exchange.sendResponseHeaders(code, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

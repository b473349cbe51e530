package dev.gantry.e2e.kubectl;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// Answers as much of Kubernetes' discovery as `kubectl create` asks for, keeps each body that is
/// posted, and echoes it.
final class RecordingServer implements AutoCloseable {
    private static final int CREATED = 201;
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;

    /// What was posted.
    record Posted(String contentType, byte[] body) {}

    private static final Map<String, String> DISCOVERY =
            Map.of(
                    "/api",
                    "{\"kind\":\"APIVersions\",\"versions\":[\"v1\"]}",
                    "/apis",
                    "{\"kind\":\"APIGroupList\",\"apiVersion\":\"v1\",\"groups\":[{"
                            + "\"name\":\"apps\","
                            + "\"versions\":[{\"groupVersion\":\"apps/v1\",\"version\":\"v1\"}],"
                            + "\"preferredVersion\":{\"groupVersion\":\"apps/v1\","
                            + "\"version\":\"v1\"}}]}",
                    "/api/v1",
                    resources(
                            "v1",
                            List.of(
                                    resource("Pod", "pods", true),
                                    resource("Service", "services", true),
                                    resource("ConfigMap", "configmaps", true),
                                    resource("Secret", "secrets", true),
                                    resource("Namespace", "namespaces", false))),
                    "/apis/apps/v1",
                    resources("apps/v1", List.of(resource("Deployment", "deployments", true))));

    private final HttpServer server;
    private final BlockingQueue<Posted> posted = new LinkedBlockingQueue<>();

    RecordingServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    private static String resources(String groupVersion, List<String> resources) {
        return "{\"kind\":\"APIResourceList\",\"apiVersion\":\"v1\",\"groupVersion\":\""
                + groupVersion
                + "\",\"resources\":["
                + String.join(",", resources)
                + "]}";
    }

    private static String resource(String kind, String plural, boolean namespaced) {
        String form =
                "{\"name\":\"%s\",\"singularName\":\"\",\"namespaced\":%s,"
                        + "\"kind\":\"%s\",\"verbs\":[\"create\",\"get\"]}";
        return form.formatted(plural, namespaced, kind);
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /// The oldest body that nobody took yet.
    Optional<Posted> take() {
        return Optional.ofNullable(posted.poll());
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (exchange.getRequestMethod().equals("POST")) {
                String type = exchange.getRequestHeaders().getFirst("Content-Type");
                posted.add(new Posted(type, body));
                send(exchange, CREATED, type, body);
                return;
            }
            String found = DISCOVERY.get(exchange.getRequestURI().getPath());
            String text =
                    found != null
                            ? found
                            : "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\","
                                    + "\"reason\":\"NotFound\",\"code\":404}";
            send(
                    exchange,
                    found != null ? OK : NOT_FOUND,
                    "application/json",
                    text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void send(HttpExchange exchange, int code, String type, byte[] body)
            throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(code, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

package dev.gantry.controlplane.observability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ObservabilityServerTest {
    @Test
    void tellsMetricsHealthAndReadiness() throws IOException, InterruptedException {
        try (var server =
                        ObservabilityServer.start(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                var client = HttpClient.newHttpClient()) {
            server.registry().counter("gantry.test").increment();

            assertThat(get(client, server, "/metrics"))
                    .startsWith("200")
                    .contains("gantry_test_total 1.0")
                    .contains("jvm_memory_used_bytes");
            assertThat(get(client, server, "/healthz")).isEqualTo("200 ok\n");
            assertThat(get(client, server, "/readyz")).isEqualTo("503 starting\n");
            server.readyWhen(() -> "");
            assertThat(get(client, server, "/readyz")).isEqualTo("200 ok\n");
            assertThat(get(client, server, "/healthz/x")).isEqualTo("404 not found\n");
        }
    }

    private static String get(HttpClient client, ObservabilityServer server, String path)
            throws IOException, InterruptedException {
        var uri = URI.create("http://127.0.0.1:" + server.port() + path);
        var response =
                client.send(
                        HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        return response.statusCode() + " " + response.body();
    }
}

package dev.gantry.agent.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.gantry.api.core.v1.HTTPGetAction;
import dev.gantry.api.core.v1.HTTPHeader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpProbeTest {
    private final HttpServer server = create();

    private static HttpServer create() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @BeforeEach
    void serve() {
        server.createContext(
                "/",
                exchange -> {
                    var asked = exchange.getRequestHeaders().getFirst("X-Code");
                    var path = exchange.getRequestURI().getPath();
                    int code = path.equals("/ok") ? 204 : Integer.parseInt(asked);
                    exchange.sendResponseHeaders(code, -1);
                    exchange.close();
                });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private ProbeResult get(HTTPGetAction.Builder action) throws IOException {
        return HttpProbe.get(
                action.build(), "127.0.0.1", server.getAddress().getPort(), Duration.ofSeconds(30));
    }

    @Test
    void answersBelow400AreSuccesses() throws IOException {
        assertThat(get(HTTPGetAction.newBuilder().setPath("/ok")).success()).isTrue();
        var moved = HTTPHeader.newBuilder().setName("X-Code").setValue("301");
        assertThat(get(HTTPGetAction.newBuilder().addHttpHeaders(moved)).success()).isTrue();
    }

    @Test
    void othersAreFailuresThatNameTheCode() throws IOException {
        var broken = HTTPHeader.newBuilder().setName("X-Code").setValue("503");
        assertThat(get(HTTPGetAction.newBuilder().addHttpHeaders(broken)))
                .isEqualTo(ProbeResult.failed("HTTP probe failed with statuscode: 503"));
    }
}

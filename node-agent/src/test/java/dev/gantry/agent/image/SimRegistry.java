package dev.gantry.agent.image;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/// A registry that misbehaves as it is told to: each fault is played once, in order, for the next
/// request whose path holds its word. What real registries do right is tested with a real one.
public final class SimRegistry implements AutoCloseable {
    private static final int NO_BODY = -1;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Map<String, Content> content = new ConcurrentHashMap<>();
    private final Queue<Fault> faults = new ArrayDeque<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private volatile @Nullable SimTokens tokens;
    private volatile @Nullable String blobHost;
    private volatile boolean ranges = true;
    private volatile boolean authorizationRefused;

    private record Content(String type, byte[] bytes) {}

    private record Fault(String word, Action action, boolean lasting) {}

    /// What is done instead of answering as asked.
    public interface Action {
        void play(HttpExchange exchange, byte[] body) throws IOException;
    }

    public SimRegistry() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/v2/", this::answer);
        server.start();
    }

    public String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /// Puts an image into the repository `team/app`; returns its full name.
    public String add(String tag, TinyImage image) {
        image.blobs().forEach((digest, bytes) -> put("blobs/" + digest, "", bytes));
        return add(tag, TinyImage.MANIFEST, image.manifest());
    }

    public String add(String tag, String type, byte[] manifest) {
        put("manifests/" + tag, type, manifest);
        put("manifests/" + Digest.of(manifest), type, manifest);
        return host() + "/team/app:" + tag;
    }

    private void put(String path, String type, byte[] bytes) {
        content.put("/v2/team/app/" + path, new Content(type, bytes));
    }

    /// Wants tokens from now on.
    SimTokens bearer() {
        SimTokens service = new SimTokens(host());
        server.createContext("/token", service::answer);
        tokens = service;
        return service;
    }

    /// Sends all who ask for blobs to another host.
    void redirectBlobs(String host) {
        blobHost = host;
    }

    /// Answers 400 to whoever shows a login, as blob stores do.
    void refuseAuthorization() {
        authorizationRefused = true;
    }

    void withoutRanges() {
        ranges = false;
    }

    void fault(String word, Action action) {
        synchronized (faults) {
            faults.add(new Fault(word, action, false));
        }
    }

    /// Plays it for every request whose path holds the word, until [#heal].
    public void lastingFault(String word, Action action) {
        synchronized (faults) {
            faults.add(new Fault(word, action, true));
        }
    }

    /// Forgets all faults.
    public void heal() {
        synchronized (faults) {
            faults.clear();
        }
    }

    /// `GET /v2/... bytes=5-` for each request, in order.
    List<String> requests(String word) {
        return requests.stream().filter(line -> line.contains(word)).toList();
    }

    static Action status(int status, String header, String value) {
        return (exchange, body) -> {
            exchange.getResponseHeaders().set(header, value);
            exchange.sendResponseHeaders(status, NO_BODY);
        };
    }

    /// Promises all, sends a part, closes the connection.
    static Action cut(int bytes) {
        return (exchange, body) -> {
            exchange.sendResponseHeaders(
                    exchange.getRequestHeaders().containsKey("Range") ? 206 : 200, body.length);
            exchange.getResponseBody().write(body, 0, bytes);
            exchange.getResponseBody().flush();
        };
    }

    /// Promises all, sends a part, says nothing more.
    Action stall(int bytes) {
        return (exchange, body) -> {
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body, 0, bytes);
            exchange.getResponseBody().flush();
            awaitClose();
        };
    }

    /// Takes the request and never answers.
    Action mute() {
        return (_, _) -> awaitClose();
    }

    private void awaitClose() throws IOException {
        try {
            closing.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    public static Action flip() {
        return (exchange, body) -> {
            byte[] wrong = body.clone();
            wrong[wrong.length / 2] ^= 1;
            exchange.sendResponseHeaders(200, wrong.length);
            exchange.getResponseBody().write(wrong);
        };
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String range = exchange.getRequestHeaders().getFirst("Range");
            requests.add(
                    exchange.getRequestMethod() + " " + path + (range == null ? "" : " " + range));
            if (authorizationRefused && exchange.getRequestHeaders().containsKey("Authorization")) {
                exchange.sendResponseHeaders(400, NO_BODY);
                return;
            }
            SimTokens service = tokens;
            if (service != null && !service.admits(exchange)) {
                service.challenge(exchange);
                return;
            }
            String elsewhere = blobHost;
            if (elsewhere != null && path.contains("/blobs/")) {
                status(307, "Location", "http://" + elsewhere + path).play(exchange, new byte[0]);
                return;
            }
            serve(exchange, path, range);
        }
    }

    private void serve(HttpExchange exchange, String path, @Nullable String range)
            throws IOException {
        Content found = content.get(path);
        byte[] body = found == null ? new byte[0] : found.bytes();
        if (range != null && ranges) {
            int from = Integer.parseInt(range.replaceAll("[^0-9]", ""));
            exchange.getResponseHeaders()
                    .set(
                            "Content-Range",
                            "bytes " + from + "-" + (body.length - 1) + "/" + body.length);
            body = Arrays.copyOfRange(body, from, body.length);
        }
        Action fault = nextFault(path);
        if (fault != null) {
            fault.play(exchange, body);
            return;
        }
        if (found == null) {
            exchange.sendResponseHeaders(404, NO_BODY);
            return;
        }
        if (!found.type().isEmpty()) {
            exchange.getResponseHeaders().set("Content-Type", found.type());
        }
        exchange.sendResponseHeaders(range != null && ranges ? 206 : 200, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    private @Nullable Action nextFault(String path) {
        synchronized (faults) {
            Fault next = faults.peek();
            if (next == null || !path.contains(next.word())) {
                return null;
            }
            if (!next.lasting()) {
                faults.remove();
            }
            return next.action();
        }
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}

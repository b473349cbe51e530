package dev.gantry.agent.image;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// A token service, and the registry's memory of which token it still takes.
final class SimTokens {
    private final String host;
    private final List<String> questions = new CopyOnWriteArrayList<>();
    private final AtomicInteger issued = new AtomicInteger();
    private final AtomicInteger uses = new AtomicInteger();
    private volatile int postStatus = 200;
    private volatile int usesMax = Integer.MAX_VALUE;
    private volatile String field = "token";
    private volatile String scope = "repository:user/image:pull";
    private volatile String password = "";

    SimTokens(String host) {
        this.host = host;
    }

    /// How the service answers a POST.
    SimTokens post(int status) {
        postStatus = status;
        return this;
    }

    /// What the answer calls the token.
    SimTokens field(String name) {
        field = name;
        return this;
    }

    /// Each token is taken that often.
    SimTokens expiringAfter(int requests) {
        usesMax = requests;
        return this;
    }

    SimTokens password(String wanted) {
        password = wanted;
        return this;
    }

    /// `POST form` or `GET query authorization` for each question.
    List<String> questions() {
        return questions;
    }

    boolean admits(HttpExchange exchange) {
        String current = "Bearer t" + issued.get();
        boolean known = current.equals(exchange.getRequestHeaders().getFirst("Authorization"));
        return known && uses.incrementAndGet() <= usesMax;
    }

    void challenge(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders()
                .set(
                        "WWW-Authenticate",
                        "Bearer realm=\"http://%s/token\",service=\"sim\",scope=\"%s\""
                                .formatted(host, scope));
        exchange.sendResponseHeaders(401, -1);
    }

    void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] form = exchange.getRequestBody().readAllBytes();
            boolean post = exchange.getRequestMethod().equals("POST");
            String question =
                    post
                            ? "POST " + new String(form, StandardCharsets.UTF_8)
                            : "GET "
                                    + exchange.getRequestURI().getRawQuery()
                                    + " "
                                    + exchange.getRequestHeaders().getFirst("Authorization");
            questions.add(question);
            if (post && postStatus != 200) {
                exchange.sendResponseHeaders(postStatus, -1);
                return;
            }
            if (!password.isEmpty() && post && !question.contains("password=" + password)) {
                exchange.sendResponseHeaders(401, -1);
                return;
            }
            uses.set(0);
            byte[] answer =
                    TinyImage.utf8("{\"%s\":\"t%d\"}".formatted(field, issued.incrementAndGet()));
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
        }
    }
}

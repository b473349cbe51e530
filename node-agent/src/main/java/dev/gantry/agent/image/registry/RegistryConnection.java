package dev.gantry.agent.image.registry;

import dev.gantry.agent.image.registry.RegistryException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Reads one repository of one registry. Any number of threads may share it.
public final class RegistryConnection {
    private static final int REDIRECTS_MAX = 10;
    private static final int TRIES_MAX = 4;
    private static final Duration WAIT_MAX = Duration.ofSeconds(60);
    private static final String ACCEPT =
            String.join(
                    ", ",
                    "application/vnd.oci.image.index.v1+json",
                    "application/vnd.oci.image.manifest.v1+json",
                    "application/vnd.docker.distribution.manifest.list.v2+json",
                    "application/vnd.docker.distribution.manifest.v2+json");

    private final HttpClient http;
    private final RegistryAddress address;
    private final String repository;
    private final Tokens tokens;
    private final Patience patience;

    /// How long to wait.
    ///
    /// @param retryDelay before the first repetition; doubles each time
    /// @param silence without a byte, after which a connection is given up
    public record Patience(Duration retryDelay, Duration silence) {}

    /// @param http follows no redirects by itself
    public RegistryConnection(
            HttpClient http,
            RegistryAddress address,
            String repository,
            Login login,
            Patience patience) {
        this.http = http;
        this.address = address;
        this.repository = repository;
        this.tokens = new Tokens(http, address, repository, login, patience.silence());
        this.patience = patience;
    }

    /// @param mediaType as the registry says; perhaps empty
    /// @param bytes as sent, not yet compared with any digest
    @SuppressWarnings("ArrayRecordComponent")
    public record ManifestAnswer(String mediaType, byte[] bytes) {}

    /// @param reference a tag or a digest
    /// @param max bytes that are taken at most
    public ManifestAnswer manifest(String reference, int max)
            throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return manifestOnce(reference, max);
            } catch (RegistryException e) {
                throw e.kind() == Kind.NOT_FOUND
                        ? new Absence(this, address.host(), repository).of(reference)
                        : e;
            } catch (BrokenOff e) {
                if (attempt >= TRIES_MAX) {
                    throw new RegistryException(
                            Kind.UNAVAILABLE, "the manifest's download breaks off", e);
                }
                pause(attempt, null);
            }
        }
    }

    /// A body that ended or fell silent before its end.
    private static final class BrokenOff extends IOException {
        private static final long serialVersionUID = 1L;

        BrokenOff(IOException cause) {
            super(cause);
        }
    }

    private ManifestAnswer manifestOnce(String reference, int max)
            throws IOException, InterruptedException {
        HttpResponse<InputStream> answer =
                send("/v2/" + repository + "/manifests/" + reference, ACCEPT, 0);
        byte[] bytes;
        try (InputStream body = answer.body()) {
            bytes = body.readNBytes(max + 1);
        } catch (IOException e) {
            throw new BrokenOff(e);
        }
        if (bytes.length > max) {
            throw new RegistryException(
                    Kind.BAD_ANSWER, "the manifest has more than " + max + " bytes");
        }
        String type = answer.headers().firstValue("Content-Type").orElse("");
        int semicolon = type.indexOf(';');
        return new ManifestAnswer(
                (semicolon < 0 ? type : type.substring(0, semicolon)).strip(), bytes);
    }

    /// A blob's bytes, resumed after cuts; digest and end are the reader's to check.
    ///
    /// @param size that the descriptor says
    public InputStream blob(String digest, long size) throws IOException, InterruptedException {
        try {
            return new BlobStream(this, "/v2/" + repository + "/blobs/" + digest, size);
        } catch (RegistryException e) {
            if (e.kind() != Kind.NOT_FOUND) {
                throw e;
            }
            throw new RegistryException(
                    Kind.NOT_FOUND,
                    "the registry lacks "
                            + digest
                            + ", which is part of the image: push the image again",
                    e);
        }
    }

    HttpResponse<InputStream> send(String path, String accept, long from)
            throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            @Nullable HttpResponse<InputStream> answer = null;
            @Nullable IOException failure = null;
            try {
                answer = authorized(path, accept, from);
            } catch (RegistryException | SSLException e) {
                throw e;
            } catch (IOException e) {
                failure = e;
            }
            int status = answer == null ? 0 : answer.statusCode();
            if (status == 200 || status == 206) {
                return java.util.Objects.requireNonNull(answer);
            }
            if (answer != null) {
                answer.body().close();
            }
            boolean repeat = status == 0 || status == 429 || status >= 500;
            if (!repeat || attempt >= TRIES_MAX) {
                throw refusal(status, failure);
            }
            pause(attempt, answer);
        }
    }

    private RegistryException refusal(int status, @Nullable IOException failure) {
        return switch (status) {
            case 0 -> RegistryException.unreachable(address.host(), failure);
            case 404 -> new RegistryException(Kind.NOT_FOUND, "not found");
            case 401, 403 ->
                    new RegistryException(
                            Kind.UNAUTHORIZED,
                            "unauthorized: the registry "
                                    + address.host()
                                    + (status == 401
                                            ? " does not take the login"
                                            : " refuses access (status 403)"));
            case 416 ->
                    new RegistryException(
                            Kind.BAD_ANSWER,
                            "the registry has fewer bytes of a layer than the image's manifest"
                                    + " says: push the image again");
            case 429 ->
                    new RegistryException(
                            Kind.RATE_LIMITED, "the registry asks to come later (status 429)");
            default ->
                    new RegistryException(
                            status >= 500 ? Kind.UNAVAILABLE : Kind.BAD_ANSWER,
                            "the registry answers with status " + status);
        };
    }

    private HttpResponse<InputStream> authorized(String path, String accept, long from)
            throws IOException, InterruptedException {
        String authorization = tokens.current();
        HttpResponse<InputStream> answer = redirected(path, accept, from, authorization);
        if (answer.statusCode() != 401) {
            return answer;
        }
        answer.body().close();
        List<String> headers = answer.headers().allValues("WWW-Authenticate");
        tokens.renew(Challenge.parse(headers), authorization);
        return redirected(path, accept, from, tokens.current());
    }

    private HttpResponse<InputStream> redirected(
            String path, String accept, long from, @Nullable String authorization)
            throws IOException, InterruptedException {
        URI start = address.uri(path);
        URI target = start;
        for (int hop = 0; hop <= REDIRECTS_MAX; hop++) {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(target)
                            .timeout(patience.silence())
                            .header("Accept", accept);
            // A store behind the registry must never see the registry's credentials.
            if (authorization != null && sameOrigin(start, target)) {
                request.header("Authorization", authorization);
            }
            if (from > 0) {
                request.header("Range", "bytes=" + from + "-");
            }
            HttpResponse<InputStream> answer = ask(request.build());
            int status = answer.statusCode();
            if (status == 401 && !sameOrigin(start, target)) {
                answer.body().close();
                throw new RegistryException(
                        Kind.UNAVAILABLE, "the registry's blob store refuses (status 401)");
            }
            if (status != 301 && status != 302 && status != 303 && status != 307 && status != 308) {
                return answer;
            }
            answer.body().close();
            target = next(target, answer.headers().firstValue("Location").orElse(""));
        }
        throw new RegistryException(Kind.BAD_ANSWER, "the registry redirects without an end");
    }

    /// A time-out is not repeated: long enough has been waited, whoever wants the image comes
    /// again.
    private HttpResponse<InputStream> ask(HttpRequest request)
            throws IOException, InterruptedException {
        try {
            return http.send(request, StallGuard.handler(patience.silence()));
        } catch (HttpTimeoutException e) {
            throw RegistryException.unreachable(request.uri().getAuthority(), e);
        }
    }

    private static URI next(URI from, String location) throws RegistryException {
        URI target;
        try {
            target = from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw new RegistryException(Kind.BAD_ANSWER, "it redirects to no address", e);
        }
        boolean downgrade = "https".equals(from.getScheme()) && !"https".equals(target.getScheme());
        if (location.isEmpty() || downgrade) {
            throw new RegistryException(Kind.BAD_ANSWER, "it redirects to no https address");
        }
        RegistryAddress.checkTarget(target);
        return target;
    }

    private static boolean sameOrigin(URI one, URI other) {
        return String.valueOf(one.getScheme()).equals(other.getScheme())
                && String.valueOf(one.getAuthority()).equalsIgnoreCase(other.getAuthority());
    }

    /// As long as the registry asks, else twice as long each time, a little at random.
    void pause(int attempt, @Nullable HttpResponse<InputStream> answer)
            throws InterruptedException {
        Duration wait = patience.retryDelay().multipliedBy(1L << Math.min(attempt - 1, 8));
        wait = wait.plusMillis(ThreadLocalRandom.current().nextLong(wait.toMillis() / 2 + 1));
        if (answer != null) {
            String asked = answer.headers().firstValue("Retry-After").orElse("");
            if (asked.matches("\\d{1,6}")) {
                wait = Duration.ofSeconds(Long.parseLong(asked));
            }
        }
        long millis = Math.min(wait.toMillis(), WAIT_MAX.toMillis());
        boolean ignored = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
        assert !ignored;
    }
}

package dev.gantry.agent.session;

import dev.gantry.api.v1.ClusterGrpc;
import dev.gantry.api.v1.JoinRequest;
import dev.gantry.api.v1.JoinResponse;
import dev.gantry.api.v1.RenewRequest;
import dev.gantry.loop.LogKeys;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Connects with the node's certificate, and sees that there is one: it joins with the token when
/// the node has none, and renews one that has a third of its life left.
final class GrpcConnector implements ControlPlaneLink.Connector {
    private static final Logger LOG = LoggerFactory.getLogger(GrpcConnector.class);
    private static final long CALL_SECONDS = 15;

    // A dead peer behind a silent network is noticed without waiting for TCP. The server permits
    // pings this often.
    private static final long KEEPALIVE_SECONDS = 30;

    // A snapshot comes in parts of 1 MiB at most, but one object may be larger (etcd's bound is
    // 1.5 MiB).
    private static final int MESSAGE_BYTES_MAX = 8 << 20;

    private final SessionConfig config;
    private final Credentials credentials;
    private final InstantSource clock;
    private volatile Instant renewal = Instant.MAX;

    GrpcConnector(SessionConfig config, InstantSource clock) {
        this.config = config;
        this.credentials = new Credentials(config.directory());
        this.clock = clock;
    }

    @Override
    public ControlPlaneLink connect() throws InterruptedException {
        try {
            var found = credentials.load();
            var identity = found.isPresent() ? renewedIfDue(found.get()) : join();
            renewal = nextAttempt(identity.leaf());
            return new GrpcLink(channel(credentialsOf(identity)));
        } catch (StatusRuntimeException e) {
            throw GrpcLink.broken(e);
        } catch (UncheckedIOException | IllegalStateException | IllegalArgumentException e) {
            throw new ControlPlaneLink.LinkException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public boolean credentialsDue() {
        return !clock.instant().isBefore(renewal);
    }

    private Credentials.Identity join() {
        JoinToken token =
                JoinToken.parse(
                        config.joinToken()
                                .orElseThrow(() ->
                                        new IllegalStateException(
                                                "this node has no certificate yet:"
                                                        + " start the agent with"
                                                        + " --join=TOKEN (gantry token"
                                                        + " create makes one)")));
        KeyPair key = Credentials.newKey();
        ManagedChannel channel =
                channel(
                        TlsChannelCredentials.newBuilder()
                                .trustManager(new TokenTrust(token))
                                .build());
        try {
            JoinResponse response =
                    ClusterGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                            .join(
                                    JoinRequest.newBuilder()
                                            .setToken(token.text())
                                            .setNodeName(config.nodeName())
                                            .setCertificateRequest(
                                                    CertificateRequest.forNode(
                                                            config.nodeName(), key))
                                            .build());
            boolean known =
                    Credentials.certificates(response.getCaCertificate()).stream()
                            .allMatch(token::names);
            if (!known) {
                throw new IllegalStateException("the server answered with another cluster's CA");
            }
            return accept(key, response);
        } finally {
            channel.shutdownNow();
        }
    }

    private Credentials.Identity renewedIfDue(Credentials.Identity identity) {
        if (clock.instant().isBefore(renewalOf(identity.leaf()))) {
            return identity;
        }
        KeyPair key = Credentials.newKey();
        ManagedChannel channel = channel(credentialsOf(identity));
        try {
            JoinResponse response =
                    ClusterGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                            .renew(
                                    RenewRequest.newBuilder()
                                            .setCertificateRequest(
                                                    CertificateRequest.forNode(
                                                            config.nodeName(), key))
                                            .build());
            return accept(key, response);
        } catch (StatusRuntimeException | IllegalStateException e) {
            // The old one holds for a while yet, and the next connection tries again.
            LOG.atWarn()
                    .addKeyValue(LogKeys.NODE, config.nodeName())
                    .addKeyValue("ends", identity.leaf().getNotAfter().toInstant())
                    .setCause(e)
                    .log("the node's certificate could not be renewed, will retry");
            return identity;
        } finally {
            channel.shutdownNow();
        }
    }

    private Credentials.Identity accept(KeyPair key, JoinResponse response) {
        var identity =
                Credentials.identity(key, response.getCertificate(), response.getCaCertificate());
        X509Certificate leaf = identity.leaf();
        if (!leaf.getPublicKey().equals(key.getPublic())) {
            throw new IllegalStateException("the server certified a key that is not this node's");
        }
        credentials.save(identity);
        LOG.atInfo()
                .addKeyValue(LogKeys.NODE, config.nodeName())
                .addKeyValue("ends", leaf.getNotAfter().toInstant())
                .log("the node has a new certificate");
        return identity;
    }

    // When renewing failed, the next attempt waits for a tenth of what is left.
    private Instant nextAttempt(X509Certificate certificate) {
        Instant now = clock.instant();
        Instant due = renewalOf(certificate);
        var left = Duration.between(now, certificate.getNotAfter().toInstant());
        return now.isBefore(due) ? due : now.plus(left.abs().dividedBy(10));
    }

    static Instant renewalOf(X509Certificate certificate) {
        Instant begin = certificate.getNotBefore().toInstant();
        var life = Duration.between(begin, certificate.getNotAfter().toInstant());
        return begin.plus(life.multipliedBy(2).dividedBy(3));
    }

    private ManagedChannel channel(ChannelCredentials how) {
        return Grpc.newChannelBuilder(config.server(), how)
                .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                .build();
    }

    private static ChannelCredentials credentialsOf(Credentials.Identity identity) {
        try {
            return TlsChannelCredentials.newBuilder()
                    .keyManager(stream(identity.certificate()), stream(identity.key()))
                    .trustManager(stream(identity.ca()))
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException("failed to read the node's credentials", e);
        }
    }

    private static InputStream stream(String pem) {
        return new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8));
    }
}

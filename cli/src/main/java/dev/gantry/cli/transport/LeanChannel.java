package dev.gantry.cli.transport;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/// A gRPC channel over one HTTP/2 connection that is made with the first call, and made again when
/// it broke. Thread-safe.
public final class LeanChannel extends ManagedChannel {

    private static final int CONNECT_MILLIS = 10_000;

    // What every server of TLS 1.3 must have (RFC 8446, section 9.1). A choice costs time: the JDK
    // makes a key for a second group before the server has chosen one.
    private static final String[] SUITES = {"TLS_AES_128_GCM_SHA256"};
    private static final String[] GROUPS = {"secp256r1"};

    private final String host;
    private final int port;
    private final Supplier<SSLContext> tls;
    private final @Nullable Path local;
    // Held while a connection is made, so that the channel can be closed meanwhile.
    private final Object connecting = new Object();
    private @Nullable IOException earlyFailure;
    private @Nullable Http2Connection connection;
    private @Nullable ScheduledThreadPoolExecutor timer;
    private boolean shutdown;

    /// @param tls makes it, with the client's certificate and the CA that the server's must come
    ///   from, when a connection is made
    /// @param local the server's socket on this host, used when it is there: who may open it needs
    ///   no certificate, and a short command needs a third less time
    public LeanChannel(String host, int port, Supplier<SSLContext> tls, @Nullable Path local) {
        this.host = host;
        this.port = port;
        this.tls = tls;
        this.local = local;
    }

    @Override
    public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
        return new LeanCall<>(this, method, options);
    }

    @Override
    public String authority() {
        return host + ":" + port;
    }

    String target() {
        return authority();
    }

    /// A sentence on why the server cannot be talked to.
    String unreachable(IOException cause) {
        String why =
                switch (cause) {
                    case UnknownHostException _ -> "the name is not known";
                    case ConnectException _ -> "connection refused";
                    case SocketTimeoutException _ -> "no answer";
                    case SSLException e -> "TLS failed: " + e.getMessage();
                    default -> String.valueOf(cause.getMessage());
                };
        return "cannot reach the control plane at " + authority() + ": " + why;
    }

    /// Connects on a thread of its own: what the caller does until its first call costs no time
    /// then. That call says why when it failed.
    public void connectEarly() {
        Thread.ofPlatform().daemon().name("connect").start(this::tryEarly);
    }

    private void tryEarly() {
        synchronized (connecting) {
            try {
                connection();
            } catch (IOException e) {
                earlyFailure = e;
            } catch (RuntimeException _) {
                // Credentials that cannot be used: the first call finds the same at once.
            }
        }
    }

    Http2Connection connection() throws IOException {
        synchronized (connecting) {
            IOException early = earlyFailure;
            if (early != null) {
                earlyFailure = null;
                throw early;
            }
            Http2Connection known = open();
            return known != null ? known : opened(new Http2Connection(connect()));
        }
    }

    private synchronized @Nullable Http2Connection open() throws IOException {
        if (shutdown) {
            throw new IOException("the channel is closed");
        }
        return connection != null && connection.isOpen() ? connection : null;
    }

    private synchronized Http2Connection opened(Http2Connection fresh) throws IOException {
        if (shutdown) {
            fresh.close();
            throw new IOException("the channel is closed");
        }
        connection = fresh;
        return fresh;
    }

    private Connection connect() throws IOException {
        Path socket = local;
        if (socket != null) {
            try {
                return connect(socket);
            } catch (IOException _) {
                // Nobody listens there, or it is for others: the network is left.
            }
        }
        Socket secure = connectSecurely();
        return new Connection(secure.getInputStream(), secure.getOutputStream(), secure);
    }

    private static Connection connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        return new Connection(
                Channels.newInputStream(channel), Channels.newOutputStream(channel), channel);
    }

    private Socket connectSecurely() throws IOException {
        SSLSocketFactory secured = tls.get().getSocketFactory();
        Socket plain = new Socket();
        try {
            plain.setTcpNoDelay(true);
            plain.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
            plain.setSoTimeout(CONNECT_MILLIS);
            SSLSocket secure = (SSLSocket) secured.createSocket(plain, host, port, true);
            SSLParameters parameters = secure.getSSLParameters();
            parameters.setProtocols(new String[] {"TLSv1.3"});
            parameters.setCipherSuites(SUITES);
            parameters.setNamedGroups(GROUPS);
            parameters.setApplicationProtocols(new String[] {"h2"});
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            secure.setSSLParameters(parameters);
            secure.startHandshake();
            if (!"h2".equals(secure.getApplicationProtocol())) {
                throw new IOException("it does not speak HTTP/2");
            }
            plain.setSoTimeout(0);
            return secure;
        } catch (IOException e) {
            plain.close();
            throw e;
        }
    }

    /// Runs an action later.
    ///
    /// @return cancels it
    synchronized Runnable after(long millis, Runnable action) {
        var executor = timer;
        if (executor == null) {
            executor =
                    new ScheduledThreadPoolExecutor(
                            1, Thread.ofPlatform().daemon().name("deadlines").factory());
            executor.setRemoveOnCancelPolicy(true);
            timer = executor;
        }
        ScheduledFuture<?> future =
                executor.schedule(action, Math.max(0, millis), TimeUnit.MILLISECONDS);
        return () -> future.cancel(false);
    }

    @Override
    public synchronized ManagedChannel shutdown() {
        shutdown = true;
        var open = connection;
        if (open != null) {
            open.close();
        }
        if (timer != null) {
            timer.shutdownNow();
        }
        return this;
    }

    @Override
    public ManagedChannel shutdownNow() {
        return shutdown();
    }

    @Override
    public synchronized boolean isShutdown() {
        return shutdown;
    }

    @Override
    public boolean isTerminated() {
        return isShutdown();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return isShutdown();
    }
}

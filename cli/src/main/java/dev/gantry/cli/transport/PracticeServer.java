package dev.gantry.cli.transport;

import dev.gantry.cli.transport.HpackTables.Header;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;

/// Answers unary calls with messages that are known beforehand, so that the start-up cache is
/// trained on real calls though there is no cluster yet. For one client at a time.
public final class PracticeServer implements AutoCloseable {
    private static final int PREFACE_BYTES = 24;
    private static final int PREFIX = 5;

    private final Closeable listener;
    private final int port;
    private final Acceptor acceptor;
    private final Map<String, byte[]> answers;
    private volatile boolean over;

    private interface Acceptor {
        Connection accept() throws IOException;
    }

    private PracticeServer(
            Closeable listener, int port, Acceptor acceptor, Map<String, byte[]> answers) {
        this.listener = listener;
        this.port = port;
        this.acceptor = acceptor;
        this.answers = new HashMap<>(answers);
        Thread.ofPlatform().daemon().name("practice").start(this::accept);
    }

    /// On a port of loopback, with TLS.
    ///
    /// @param answers a message for each method, such as `/gantry.v1.Cluster/Version`
    public static PracticeServer secured(SSLContext tls, Map<String, byte[]> answers)
            throws IOException {
        SSLServerSocket listener =
                (SSLServerSocket)
                        tls.getServerSocketFactory()
                                .createServerSocket(0, 1, InetAddress.getLoopbackAddress());
        SSLParameters parameters = listener.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        parameters.setNeedClientAuth(true);
        listener.setSSLParameters(parameters);
        return new PracticeServer(
                listener,
                listener.getLocalPort(),
                () -> {
                    Socket socket = listener.accept();
                    return new Connection(
                            socket.getInputStream(), socket.getOutputStream(), socket);
                },
                answers);
    }

    /// On a socket of this host.
    public static PracticeServer local(Path socket, Map<String, byte[]> answers)
            throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket));
        return new PracticeServer(
                listener,
                0,
                () -> {
                    SocketChannel channel = listener.accept();
                    return new Connection(
                            Channels.newInputStream(channel),
                            Channels.newOutputStream(channel),
                            channel);
                },
                answers);
    }

    /// 0 when it is on no port.
    public int port() {
        return port;
    }

    private void accept() {
        while (!over) {
            try {
                Connection connection = acceptor.accept();
                try (Closeable _ = connection.closing()) {
                    serve(connection);
                }
            } catch (IOException _) {
                // The client hung up, or training is over.
            }
        }
    }

    private void serve(Connection connection) throws IOException {
        DataInputStream in = new DataInputStream(connection.in());
        OutputStream out = connection.out();
        in.skipNBytes(PREFACE_BYTES);
        // As a server of gRPC's own begins: with a window for streams, and more for all of them.
        byte[] window = {0, 4, 0, 16, 0, 0};
        out.write(new Frame(Frame.SETTINGS, 0, 0, window).bytes());
        out.write(new Frame(Frame.WINDOW_UPDATE, 0, 0, Frame.bytesOf(1 << 20)).bytes());
        Map<Integer, byte[]> open = new HashMap<>();
        while (true) {
            Frame frame = Frame.read(in);
            if (frame.type() == Frame.HEADERS) {
                open.put(frame.stream(), answer(Hpack.decode(frame.content())));
            }
            if (frame.stream() > 0 && frame.has(Frame.END_STREAM)) {
                respond(out, frame.stream(), open.getOrDefault(frame.stream(), new byte[0]));
            }
        }
    }

    private byte[] answer(List<Header> headers) {
        return headers.stream()
                .filter(h -> h.name().equals(":path"))
                .map(h -> answers.getOrDefault(h.value(), new byte[0]))
                .findFirst()
                .orElse(new byte[0]);
    }

    private static void respond(OutputStream out, int stream, byte[] message) throws IOException {
        byte[] head =
                Hpack.encode(
                        List.of(
                                new Header(":status", "200"),
                                new Header("content-type", "application/grpc")));
        byte[] data = new byte[PREFIX + message.length];
        Frame.putInt(data, 1, message.length);
        System.arraycopy(message, 0, data, PREFIX, message.length);
        byte[] tail = Hpack.encode(List.of(new Header("grpc-status", "0")));
        out.write(new Frame(Frame.HEADERS, Frame.END_HEADERS, stream, head).bytes());
        out.write(new Frame(Frame.DATA, 0, stream, data).bytes());
        int last = Frame.END_HEADERS | Frame.END_STREAM;
        out.write(new Frame(Frame.HEADERS, last, stream, tail).bytes());
        out.flush();
    }

    @Override
    public void close() throws IOException {
        over = true;
        listener.close();
    }
}

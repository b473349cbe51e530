package dev.gantry.cli.pod;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.Service;
import dev.gantry.api.core.v1.ServicePort;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.stream.MessageStream;
import dev.gantry.api.v1.PortForwardRequest;
import dev.gantry.api.v1.PortForwardResponse;
import dev.gantry.api.v1.PortForwardStart;
import dev.gantry.cli.command.Arguments;
import dev.gantry.cli.command.Command;
import dev.gantry.cli.command.Option;
import dev.gantry.cli.command.UsageException;
import dev.gantry.cli.resource.Targets;
import dev.gantry.cli.session.CommandException;
import dev.gantry.cli.session.Failures;
import dev.gantry.cli.session.Reasons;
import dev.gantry.cli.session.Session;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `port-forward`. Each connection is a call of its own, so that one that breaks, or a control
/// plane that restarts, ends no other and not the command.
public final class PortForwardCommand {
    private static final int BUFFER = 32 * 1024;
    private static final int BACKLOG = 50;
    private static final int PORT_MAX = 65_535;

    private final Session session;
    private final String word;

    private PortForwardCommand(Session session, String word) {
        this.session = session;
        this.word = word;
    }

    /// @param remote a number, or the name of a port
    private record Ports(int local, String remote) {}

    public static Command command() {
        return Command.named("port-forward", "Reach a port of a pod from this machine")
                .usage("POD | KIND/NAME [LOCAL:]REMOTE...")
                .options(Option.of("address", "ADDRESS", "listen there (default 127.0.0.1)"))
                .examples(
                        "gantry port-forward service/web 8080:80",
                        "gantry port-forward web 5432 :9090")
                .does(PortForwardCommand::run);
    }

    private static int run(Arguments arguments, Session session)
            throws IOException, InterruptedException {
        String word = arguments.word(0, "POD");
        arguments.word(1, "the port");
        PortForwardCommand command = new PortForwardCommand(session, word);
        // Whatever is wrong with the names is told before anything listens.
        List<Ports> ports = new ArrayList<>();
        for (String text : arguments.words().subList(1, arguments.words().size())) {
            ports.add(parse(text));
        }
        for (Ports one : ports) {
            command.target(one.remote());
        }
        InetAddress address = InetAddress.getByName(arguments.value("address", "127.0.0.1"));
        List<Thread> threads = new ArrayList<>();
        for (Ports one : ports) {
            ServerSocket listener = listen(address, one);
            session.console()
                    .line(
                            "Forwarding "
                                    + address.getHostAddress()
                                    + ":"
                                    + listener.getLocalPort()
                                    + " to "
                                    + word
                                    + " port "
                                    + one.remote());
            threads.add(Thread.ofVirtual().start(() -> command.accept(listener, one.remote())));
        }
        session.console().out().flush();
        for (Thread thread : threads) {
            thread.join();
        }
        return 1;
    }

    private static Ports parse(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length > 2) {
            throw new UsageException("'" + text + "' must be LOCAL:REMOTE or PORT");
        }
        String remote = parts[parts.length - 1];
        String local = parts.length == 2 ? parts[0] : remote;
        boolean named = parts.length == 1 && !local.matches("[0-9]+");
        boolean any = local.isEmpty() || named;
        long port = any ? 0 : Arguments.number("the local port", local);
        if (port > PORT_MAX) {
            throw new UsageException("there is no port " + local);
        }
        return new Ports((int) port, remote);
    }

    private static ServerSocket listen(InetAddress address, Ports ports) throws IOException {
        ServerSocket listener = new ServerSocket();
        try {
            listener.bind(new InetSocketAddress(address, ports.local()), BACKLOG);
            return listener;
        } catch (IOException e) {
            listener.close();
            throw new CommandException(
                    "cannot listen on "
                            + address.getHostAddress()
                            + ":"
                            + ports.local()
                            + ": "
                            + Reasons.of(e)
                            + ". Choose another: LOCAL:"
                            + ports.remote());
        }
    }

    private void accept(ServerSocket listener, String remote) {
        while (true) {
            try {
                Socket socket = listener.accept();
                Thread.ofVirtual().start(() -> serve(socket, remote));
            } catch (IOException e) {
                session.console().note("error: " + Reasons.of(e));
                return;
            }
        }
    }

    private void serve(Socket socket, String remote) {
        MessageStream<PortForwardResponse, PortForwardRequest> call = MessageStream.calling();
        try (socket) {
            PortForwardStart start = target(remote);
            session.client().pods().portForward(call.responses());
            call.write(PortForwardRequest.newBuilder().setStart(start).build());
            Thread.ofVirtual().start(() -> send(socket, call));
            receive(socket, call);
        } catch (IOException _) {
            call.fail(Status.CANCELLED.withDescription("the local connection ended"));
        } catch (StatusRuntimeException e) {
            session.console().note("error: port " + remote + ": " + Failures.text(e));
        } catch (CommandException e) {
            session.console().note("error: " + e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void receive(
            Socket socket, MessageStream<PortForwardResponse, PortForwardRequest> call)
            throws IOException, InterruptedException {
        OutputStream out = socket.getOutputStream();
        Optional<PortForwardResponse> response = call.read();
        while (response.isPresent()) {
            if (response.get().hasData()) {
                response.get().getData().writeTo(out);
            } else if (response.get().getHalfClose()) {
                socket.shutdownOutput();
            }
            response = call.read();
        }
    }

    private static void send(
            Socket socket, MessageStream<PortForwardResponse, PortForwardRequest> call) {
        byte[] buffer = new byte[BUFFER];
        try {
            int read = socket.getInputStream().read(buffer);
            while (read >= 0) {
                ByteString data = ByteString.copyFrom(buffer, 0, read);
                call.write(PortForwardRequest.newBuilder().setData(data).build());
                read = socket.getInputStream().read(buffer);
            }
            call.write(PortForwardRequest.newBuilder().setHalfClose(true).build());
            call.complete();
        } catch (IOException | StatusRuntimeException _) {
            // The other direction ends with the same, and says so.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    // Looked up for each connection: a pod of a deployment may be gone by then.
    private PortForwardStart target(String remote) {
        ObjectKey key = Targets.one(word, Kinds.POD, session);
        String port = remote;
        if (key.kind().equals(Kinds.SERVICE)) {
            port = targetPort(session.client().get(key), remote);
        }
        Pod pod = PodPick.of(word, session);
        return PortForwardStart.newBuilder()
                .setNamespace(pod.getMetadata().getNamespace())
                .setPod(pod.getMetadata().getName())
                .setPort(number(pod, port))
                .build();
    }

    private static String targetPort(Message object, String remote) {
        Service service = (Service) object;
        for (ServicePort port : service.getSpec().getPortsList()) {
            if (remote.equals(port.getName()) || remote.equals("" + port.getPort())) {
                var target = port.getTargetPort();
                String named = target.getStrVal();
                int number = target.getIntVal() == 0 ? port.getPort() : target.getIntVal();
                return named.isEmpty() ? Integer.toString(number) : named;
            }
        }
        throw new CommandException(
                "service " + service.getMetadata().getName() + " has no port " + remote);
    }

    private static int number(Pod pod, String port) {
        if (port.matches("[0-9]{1,5}") && Integer.parseInt(port) <= PORT_MAX) {
            return Integer.parseInt(port);
        }
        return pod.getSpec().getContainersList().stream()
                .flatMap(c -> c.getPortsList().stream())
                .filter(p -> p.getName().equals(port))
                .map(p -> p.getContainerPort())
                .findFirst()
                .orElseThrow(() ->
                        new CommandException(
                                "pod " + pod.getMetadata().getName() + " has no port " + port));
    }
}

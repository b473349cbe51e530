package dev.gantry.cli.pod;

import com.google.protobuf.Message;
import dev.gantry.api.core.v1.ContainerState;
import dev.gantry.api.core.v1.ContainerStatus;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.table.Ages;
import dev.gantry.api.time.Times;
import dev.gantry.cli.command.Arguments;
import dev.gantry.cli.command.Command;
import dev.gantry.cli.command.Option;
import dev.gantry.cli.output.TableLayout;
import dev.gantry.cli.session.Client;
import dev.gantry.cli.session.Session;
import dev.gantry.cli.session.Terminal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// `ps`: containers, as docker shows them.
public final class PsCommand {
    private static final int ID_SHOWN = 12;

    private PsCommand() {}

    public static Command command() {
        return Command.named("ps", "Show containers on the nodes")
                .options(
                        Option.flag("all", 'a', "also those that do not run"),
                        Option.of("node", "NAME", "of this node only"),
                        Option.flag("quiet", 'q', "only the ids"))
                .examples("gantry ps", "gantry ps -a --node n1")
                .does(PsCommand::run);
    }

    private static int run(Arguments arguments, Session session) throws InterruptedException {
        arguments.atMost(0);
        String fields = arguments.value("node").map(n -> "spec.nodeName=" + n).orElse("");
        String namespace = session.namespaceGiven() ? session.namespace() : "";
        var query = new Client.Query(Kinds.POD, namespace, "", fields);
        List<List<String>> rows = new ArrayList<>();
        Instant now = Instant.now();
        for (Message object : session.client().list(query).objects()) {
            Pod pod = (Pod) object;
            List<ContainerStatus> statuses =
                    new ArrayList<>(pod.getStatus().getInitContainerStatusesList());
            statuses.addAll(pod.getStatus().getContainerStatusesList());
            for (ContainerStatus status : statuses) {
                if (arguments.has("all") || status.getState().hasRunning()) {
                    rows.add(row(pod, status, now));
                }
            }
        }
        if (arguments.has("quiet")) {
            rows.forEach(row -> session.console().line(row.getFirst()));
            return 0;
        }
        rows.addFirst(
                List.of("CONTAINER ID", "IMAGE", "STATUS", "RESTARTS", "NAME", "POD", "NODE"));
        int width = session.console().outTerminal() ? Terminal.width() : 0;
        new TableLayout(width).lines(rows).forEach(session.console()::line);
        return 0;
    }

    private static List<String> row(Pod pod, ContainerStatus status, Instant now) {
        String id = status.getContainerID();
        String bare = id.substring(id.indexOf("://") < 0 ? 0 : id.indexOf("://") + 3);
        return List.of(
                bare.length() > ID_SHOWN ? bare.substring(0, ID_SHOWN) : bare,
                status.getImage(),
                state(status.getState(), now),
                Integer.toString(status.getRestartCount()),
                status.getName(),
                pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName(),
                pod.getSpec().getNodeName());
    }

    private static String state(ContainerState state, Instant now) {
        if (state.hasRunning()) {
            return "Up " + since(Times.instant(state.getRunning().getStartedAt()), now);
        }
        if (state.hasTerminated()) {
            var ended = state.getTerminated();
            String code = "Exited (" + ended.getExitCode() + ")";
            return ended.hasFinishedAt()
                    ? code + " " + since(Times.instant(ended.getFinishedAt()), now) + " ago"
                    : code;
        }
        String why = state.getWaiting().getReason();
        return why.isEmpty() ? "Waiting" : "Waiting (" + why + ")";
    }

    private static String since(Instant then, Instant now) {
        return Ages.of(Duration.between(then, now));
    }
}

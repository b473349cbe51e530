package dev.gantry.cli.cluster;

import dev.gantry.api.v1.NodeHealth;
import dev.gantry.api.v1.StatusRequest;
import dev.gantry.api.v1.StatusResponse;
import dev.gantry.cli.command.Arguments;
import dev.gantry.cli.command.Command;
import dev.gantry.cli.output.TableLayout;
import dev.gantry.cli.session.Console;
import dev.gantry.cli.session.Session;
import java.util.ArrayList;
import java.util.List;

/// `status`.
public final class StatusCommand {
    private StatusCommand() {}

    public static Command command() {
        return Command.named("status", "Show whether the cluster is well")
                .examples("gantry status", "gantry status || echo unwell")
                .does(StatusCommand::run);
    }

    private static int run(Arguments arguments, Session session) {
        arguments.atMost(0);
        StatusResponse status =
                session.client().cluster().status(StatusRequest.getDefaultInstance());
        Console console = session.console();
        console.line(
                "control plane  "
                        + session.context().server()
                        + ", version "
                        + status.getVersion());
        console.line(
                "store          "
                        + (status.getStoreHealthy() ? "healthy" : "NOT HEALTHY")
                        + (status.getStoreMessage().isEmpty()
                                ? ""
                                : ": " + status.getStoreMessage())
                        + ", revision "
                        + status.getRevision());
        if (!status.getLeader().isEmpty()) {
            console.line("leader         " + status.getLeader());
        }
        console.line(
                "pods           "
                        + status.getPodsRunning()
                        + " of "
                        + status.getPods()
                        + " running");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("NODE", "READY", "CONNECTED", "VERSION", "MESSAGE"));
        boolean well = status.getStoreHealthy();
        for (NodeHealth node : status.getNodesList()) {
            well = well && node.getReady() && node.getConnected();
            rows.add(
                    List.of(
                            node.getName(),
                            node.getReady() ? "yes" : "no",
                            node.getConnected() ? "yes" : "no",
                            node.getVersion(),
                            node.getMessage()));
        }
        console.line("");
        if (status.getNodesCount() == 0) {
            console.line("no nodes: nothing can run. Add one: gantry token create");
            return 1;
        }
        new TableLayout(0).lines(rows).forEach(console::line);
        return well ? 0 : 1;
    }
}

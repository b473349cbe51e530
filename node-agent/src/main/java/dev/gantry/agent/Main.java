package dev.gantry.agent;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import dev.gantry.agent.node.DataLock;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import org.slf4j.LoggerFactory;

/// The agent's process: `gantry agent`.
public final class Main {
    private static final int USAGE = 2;
    private static final int FAILED = 1;

    private Main() {}

    /// Ends with 0, with 2 for a wrong command line, with 1 when the agent cannot run.
    public static void main(String[] arguments) throws InterruptedException {
        System.exit(run(List.of(arguments)));
    }

    private static int run(List<String> arguments) throws InterruptedException {
        var first = arguments.isEmpty() ? "" : arguments.getFirst();
        if (arguments.contains("--help") || arguments.contains("-h") || first.equals("help")) {
            System.out.print(AgentConfig.HELP);
            return 0;
        }
        try {
            var rest = arguments.isEmpty() ? arguments : arguments.subList(1, arguments.size());
            return switch (first) {
                case "run-pod" -> RunPod.run(rest);
                case "stop-pods", "drain-local" -> StopPods.run(rest);
                default -> agent(AgentConfig.parse(arguments));
            };
        } catch (AgentConfig.UsageException e) {
            System.err.println(e.getMessage());
            return USAGE;
        } catch (java.io.IOException | RuntimeException e) {
            explain(e);
            return FAILED;
        }
    }

    /// The chain of messages on one line; the whole trace for those who ask for it.
    static void explain(Throwable failure) {
        var text = new StringBuilder("gantry agent: ");
        for (Throwable e = failure; e != null; e = e.getCause()) {
            text.append(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
            text.append(e.getCause() == null ? "" : ": ");
        }
        System.err.println(text);
        LoggerFactory.getLogger(Main.class).atDebug().setCause(failure).log("agent failed");
    }

    static void logLevel(String level) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger("dev.gantry").setLevel(Level.toLevel(level.toUpperCase(Locale.ROOT)));
        }
    }

    private static int agent(AgentConfig config) throws InterruptedException, java.io.IOException {
        logLevel(config.logLevel());
        var stop = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        try (DataLock _ = lock(config.dataDir());
                var agent = new Agent(config)) {
            // A signal runs this hook; it ends once everything is closed, and the process with it.
            Runtime.getRuntime()
                    .addShutdownHook(
                            Thread.ofPlatform()
                                    .unstarted(() -> {
                                        stop.countDown();
                                        await(ended);
                                    }));
            agent.start();
            stop.await();
        } finally {
            ended.countDown();
        }
        return 0;
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(5, java.util.concurrent.TimeUnit.SECONDS)) {
                System.err.println("gantry agent: stopped before everything was closed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// @throws IllegalStateException when another agent has the directory
    static DataLock lock(Path dataDir) {
        return DataLock.take(dataDir)
                .orElseThrow(() ->
                        new IllegalStateException(
                                "another agent uses " + dataDir + " (its lock is held)"));
    }
}

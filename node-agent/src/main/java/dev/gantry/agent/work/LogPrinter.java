package dev.gantry.agent.work;

import dev.gantry.agent.pod.NodeBody;
import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.Pod;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Prints the logs of all containers of one pod as they grow.
public final class LogPrinter {
    private static final long LOOK_MILLIS = 20;

    private final NodeBody body;
    private final Pod pod;
    private final PrintStream out;
    private final Map<String, LogFile> open = new TreeMap<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread thread;

    private LogPrinter(NodeBody body, Pod pod, PrintStream out) {
        this.body = body;
        this.pod = pod;
        this.out = out;
        this.thread = Thread.ofVirtual().name("logs").unstarted(this::run);
    }

    /// Begins to print.
    public static LogPrinter start(NodeBody body, Pod pod, PrintStream out) {
        var printer = new LogPrinter(body, pod, out);
        printer.thread.start();
        return printer;
    }

    private void run() {
        try {
            do {
                print();
            } while (!over.await(LOOK_MILLIS, TimeUnit.MILLISECONDS));
        } catch (IOException e) {
            out.println("the log cannot be read: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Prints what is left, once the pod is over.
    public void finish() throws IOException, InterruptedException {
        // An interrupt would close the file that is just being read.
        over.countDown();
        thread.join();
        print();
        for (var log : open.values()) {
            log.close();
        }
    }

    private void print() throws IOException {
        var state = body.agent().pods().get(pod.getMetadata().getUid());
        if (state == null) {
            return;
        }
        for (var member : state.members()) {
            Container container = member.container();
            for (int attempt = 0; attempt <= member.history().attempt(); attempt++) {
                var key = container.getName() + "/" + attempt;
                var file = body.log(state, container.getName(), attempt);
                var log = open.get(key);
                if (log == null && java.nio.file.Files.exists(file)) {
                    log = new LogFile(file);
                    open.put(key, log);
                }
                if (log != null) {
                    drain(log);
                }
            }
        }
    }

    private void drain(LogFile log) throws IOException {
        var line = log.next();
        while (line.isPresent()) {
            line.get().content().writeTo(out);
            if (!line.get().partial()) {
                out.println();
            }
            line = log.next();
        }
        out.flush();
    }
}

package dev.gantry.agent.work;

import com.google.protobuf.ByteString;
import dev.gantry.agent.pod.PodAgent;
import dev.gantry.agent.session.LogSink;
import dev.gantry.agent.session.WorkException;
import dev.gantry.agent.session.WorkException.Reason;
import dev.gantry.api.v1.LogsRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/// Carries a container's log to a reader.
final class Logs {
    // A follower looks for more so often: the shim writes the file, and tells nobody.
    private static final long FOLLOW_MILLIS = 50;

    private final PodAgent agent;

    Logs(PodAgent agent) {
        this.agent = agent;
    }

    void write(Path file, Targets.Target target, String id, LogsRequest request, LogSink sink)
            throws InterruptedException {
        var filter = new Filter(request, sink);
        try (var log = new LogFile(file)) {
            if (request.hasTailLines()) {
                tail(log, filter, request.getTailLines());
            } else {
                drain(log, filter);
            }
            while (request.getFollow() && !filter.full()) {
                // Asked before the last look: what was written before the end is read after it.
                boolean ended = ended(target, id);
                drain(log, filter);
                if (ended) {
                    return;
                }
                TimeUnit.MILLISECONDS.sleep(FOLLOW_MILLIS);
            }
        } catch (IOException e) {
            throw new WorkException(Reason.INTERNAL, "the log cannot be read", e);
        }
    }

    private boolean ended(Targets.Target target, String id) {
        var pod = agent.pods().get(target.pod().uid());
        return pod == null || id.isEmpty() || pod.memberByRun(id).isEmpty();
    }

    private static void drain(LogFile log, Filter filter) throws IOException, InterruptedException {
        var line = log.next();
        while (line.isPresent() && !filter.full()) {
            filter.accept(line.get());
            line = log.next();
        }
    }

    private static void tail(LogFile log, Filter filter, long lines)
            throws IOException, InterruptedException {
        var kept = new ArrayDeque<LogFile.Line>();
        var line = log.next();
        while (line.isPresent()) {
            kept.addLast(line.get());
            if (kept.size() > lines) {
                kept.removeFirst();
            }
            line = log.next();
        }
        for (var one : kept) {
            filter.accept(one);
        }
    }

    /// Passes on what the request asks for.
    private static final class Filter {
        private static final ByteString LINE_FEED = ByteString.copyFromUtf8("\n");

        private final LogsRequest request;
        private final LogSink sink;
        private long sent;

        Filter(LogsRequest request, LogSink sink) {
            this.request = request;
            this.sink = sink;
        }

        boolean full() {
            return request.getLimitBytes() > 0 && sent >= request.getLimitBytes();
        }

        void accept(LogFile.Line line) throws InterruptedException {
            if (request.getSinceTimeNanos() > 0 && line.nanos() < request.getSinceTimeNanos()) {
                return;
            }
            var out = line.content();
            if (request.getTimestamps()) {
                out = ByteString.copyFromUtf8(line.time() + " ").concat(out);
            }
            if (!line.partial()) {
                out = out.concat(LINE_FEED);
            }
            if (request.getLimitBytes() > 0) {
                long room = request.getLimitBytes() - sent;
                out = out.substring(0, Math.toIntExact(Math.min(out.size(), room)));
            }
            sent += out.size();
            sink.write(out);
        }
    }
}

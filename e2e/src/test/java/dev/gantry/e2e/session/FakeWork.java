package dev.gantry.e2e.session;

import com.google.protobuf.ByteString;
import dev.gantry.agent.session.ExecStreams;
import dev.gantry.agent.session.LogSink;
import dev.gantry.agent.session.NodeChanges;
import dev.gantry.agent.session.NodeDescription;
import dev.gantry.agent.session.NodeState;
import dev.gantry.agent.session.NodeWork;
import dev.gantry.agent.session.PortStreams;
import dev.gantry.agent.session.WorkException;
import dev.gantry.api.core.v1.NodeStatus;
import dev.gantry.api.v1.ExecStart;
import dev.gantry.api.v1.ImageInventory;
import dev.gantry.api.v1.ImagePullProgress;
import dev.gantry.api.v1.ImageRecord;
import dev.gantry.api.v1.LoadOrder;
import dev.gantry.api.v1.LogsRequest;
import dev.gantry.api.v1.PortForwardStart;
import dev.gantry.api.v1.PullOrder;
import dev.gantry.api.v1.RemoveImageOrder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// A node that holds what it is told and produces what is asked for.
final class FakeWork implements NodeWork {
    static final int CHUNK = 32 * 1024;

    private volatile Optional<NodeState> state = Optional.empty();
    final AtomicInteger snapshots = new AtomicInteger();
    final AtomicLong written = new AtomicLong();
    final AtomicInteger interrupted = new AtomicInteger();
    final AtomicLong loaded = new AtomicLong();
    final TreeMap<String, String> labels = new TreeMap<>();
    volatile long logBytes;

    Optional<NodeState> state() {
        return state;
    }

    boolean hasPod(String name) {
        return state.stream()
                .flatMap(s -> s.pods().keySet().stream())
                .anyMatch(pod -> pod.name().equals(name));
    }

    @Override
    public NodeDescription describe() {
        return new NodeDescription(
                NodeStatus.newBuilder().build(),
                labels,
                List.of(),
                new TreeSet<>(),
                ImageInventory.newBuilder()
                        .addImages(ImageRecord.newBuilder().addNames("busybox:1"))
                        .build());
    }

    @Override
    public void replaceAll(NodeState whole) {
        state = Optional.of(whole);
        snapshots.incrementAndGet();
    }

    @Override
    public void apply(NodeChanges changes) {
        state = Optional.of(changes.state());
    }

    @Override
    public void logs(LogsRequest request, LogSink sink) throws InterruptedException {
        if (request.getPrevious()) {
            throw new WorkException(
                    WorkException.Reason.NOT_FOUND, "container c did not run before");
        }
        ByteString chunk = ByteString.copyFrom(new byte[CHUNK]);
        try {
            while (request.getFollow() || written.get() < logBytes) {
                sink.write(chunk);
                written.addAndGet(CHUNK);
            }
        } finally {
            interrupted.incrementAndGet();
        }
    }

    @Override
    public int exec(ExecStart start, ExecStreams streams) throws InterruptedException {
        streams.started();
        long bytes = 0;
        while (true) {
            switch (streams.next()) {
                case ExecStreams.Input.Stdin(var data) -> {
                    bytes += data.size();
                    streams.stdout(data);
                }
                case ExecStreams.Input.Resize(int columns, int rows) ->
                        streams.stderr(ByteString.copyFromUtf8(columns + "x" + rows));
                case ExecStreams.Input.StdinClosed() -> {
                    streams.stderr(ByteString.copyFromUtf8(start.getCommand(0) + " " + bytes));
                    return 7;
                }
            }
        }
    }

    @Override
    public int attach(ExecStart start, ExecStreams streams) throws InterruptedException {
        return exec(start, streams);
    }

    @Override
    public void portForward(PortForwardStart start, PortStreams streams)
            throws InterruptedException {
        streams.connected();
        Optional<ByteString> data = streams.read();
        while (data.isPresent()) {
            streams.write(data.get());
            data = streams.read();
        }
        streams.write(ByteString.copyFromUtf8("bye"));
        streams.closeOutput();
    }

    @Override
    public String pull(PullOrder order, Consumer<ImagePullProgress> progress) {
        if (order.getImage().equals("missing")) {
            throw new WorkException(WorkException.Reason.NOT_FOUND, "missing: no such image");
        }
        progress.accept(ImagePullProgress.newBuilder().setBytesDone(5).setBytesTotal(9).build());
        return "sha256:abc";
    }

    @Override
    public List<ImageRecord> load(
            LoadOrder order, InputStream archive, Consumer<ImagePullProgress> progress) {
        try {
            byte[] buffer = new byte[CHUNK];
            int count = archive.read(buffer);
            while (count >= 0) {
                loaded.addAndGet(count);
                count = archive.read(buffer);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return List.of(ImageRecord.newBuilder().addNames(order.getName()).build());
    }

    @Override
    public List<String> removeImage(RemoveImageOrder order) {
        if (order.getImage().equals("missing")) {
            throw new WorkException(WorkException.Reason.NOT_FOUND, "missing: no such image");
        }
        return List.of(order.getImage());
    }
}

package dev.gantry.controlplane.node.grpc;

import dev.gantry.api.stream.MessageStream;
import dev.gantry.api.v1.ImageProgress;
import dev.gantry.api.v1.ImagePullProgress;
import dev.gantry.controlplane.node.NodeSession;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The latest progress of several nodes' pulls, for one caller: a slow one gets fewer messages,
/// never a backlog. Thread-safe.
final class Answers implements AutoCloseable {
    private record Expected(NodeSession session, String order, Runnable lost) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final LinkedHashMap<String, ImageProgress> latest = new LinkedHashMap<>();
    private final Set<String> open = new TreeSet<>();
    private final List<Expected> expected = new ArrayList<>();

    void expect(NodeSession session, String order) {
        Runnable lost = () -> lost(session.node());
        lock.lock();
        try {
            open.add(session.node());
            expected.add(new Expected(session, order, lost));
        } finally {
            lock.unlock();
        }
        session.onClosed(lost);
    }

    void put(String node, ImagePullProgress progress) {
        put(ImagesService.progress(node, progress));
    }

    void lost(String node) {
        put(
                ImageProgress.newBuilder()
                        .setNode(node)
                        .setDone(true)
                        .setError("node " + node + " is not connected")
                        .build());
    }

    private void put(ImageProgress progress) {
        lock.lock();
        try {
            if (open.contains(progress.getNode())) {
                latest.put(progress.getNode(), progress);
                if (progress.getDone()) {
                    open.remove(progress.getNode());
                }
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Sends progress until every node is done.
    void sendTo(MessageStream<?, ImageProgress> call) throws InterruptedException {
        List<ImageProgress> due = take();
        while (!due.isEmpty()) {
            for (ImageProgress progress : due) {
                call.write(progress);
            }
            due = take();
        }
    }

    private List<ImageProgress> take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (latest.isEmpty() && !open.isEmpty()) {
                changed.await();
            }
            List<ImageProgress> due = List.copyOf(latest.values());
            latest.clear();
            return due;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        List<Expected> done;
        lock.lock();
        try {
            done = List.copyOf(expected);
        } finally {
            lock.unlock();
        }
        for (Expected one : done) {
            one.session().forget(one.order());
            one.session().dropHook(one.lost());
        }
    }
}

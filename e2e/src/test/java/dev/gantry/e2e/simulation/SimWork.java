package dev.gantry.e2e.simulation;

import dev.gantry.agent.pod.PodAgent;
import dev.gantry.agent.session.ExecStreams;
import dev.gantry.agent.session.LogSink;
import dev.gantry.agent.session.NodeChanges;
import dev.gantry.agent.session.NodeDescription;
import dev.gantry.agent.session.NodeState;
import dev.gantry.agent.session.NodeWork;
import dev.gantry.agent.session.PortStreams;
import dev.gantry.agent.session.WorkException;
import dev.gantry.api.v1.ExecStart;
import dev.gantry.api.v1.ImageInventory;
import dev.gantry.api.v1.ImagePullProgress;
import dev.gantry.api.v1.ImageRecord;
import dev.gantry.api.v1.LoadOrder;
import dev.gantry.api.v1.LogsRequest;
import dev.gantry.api.v1.PortForwardStart;
import dev.gantry.api.v1.PullOrder;
import dev.gantry.api.v1.RemoveImageOrder;
import java.io.InputStream;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/// Hands to the pods what the session says, as the agent's core does; people ask for nothing.
final class SimWork implements NodeWork {
    private final PodAgent agent;

    SimWork(PodAgent agent) {
        this.agent = agent;
    }

    @Override
    public NodeDescription describe() {
        return new NodeDescription(
                Demand.node(),
                new TreeMap<>(),
                List.of(),
                new TreeSet<>(agent.pods().keySet()),
                ImageInventory.getDefaultInstance());
    }

    @Override
    public void replaceAll(NodeState state) {
        agent.replaceAll(state.pods().values());
    }

    @Override
    public void apply(NodeChanges changes) {
        for (var name : changes.pods()) {
            var pod = changes.state().pods().get(name);
            if (pod == null) {
                agent.remove(name.namespace(), name.name());
            } else {
                agent.upsert(pod);
            }
        }
    }

    @Override
    public void logs(LogsRequest request, LogSink sink) {
        throw nobody();
    }

    @Override
    public int exec(ExecStart start, ExecStreams streams) {
        throw nobody();
    }

    @Override
    public int attach(ExecStart start, ExecStreams streams) {
        throw nobody();
    }

    @Override
    public void portForward(PortForwardStart start, PortStreams streams) {
        throw nobody();
    }

    @Override
    public String pull(PullOrder order, Consumer<ImagePullProgress> progress) {
        throw nobody();
    }

    @Override
    public List<ImageRecord> load(
            LoadOrder order, InputStream archive, Consumer<ImagePullProgress> progress) {
        throw nobody();
    }

    @Override
    public List<String> removeImage(RemoveImageOrder order) {
        throw nobody();
    }

    private static WorkException nobody() {
        return new WorkException(WorkException.Reason.UNSUPPORTED, "nobody asks for this here");
    }
}

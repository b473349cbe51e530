package dev.gantry.e2e.simulation;

import com.google.protobuf.ByteString;
import dev.gantry.controlplane.store.Expect;
import dev.gantry.controlplane.store.Fence;
import dev.gantry.controlplane.store.Outcome;
import dev.gantry.controlplane.store.Write;
import dev.gantry.controlplane.store.memory.MemoryStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// What goes wrong: agents die, machines reboot, links break, leaders change while the old one
/// still writes, the store fails and forgets.
final class Chaos {
    private static final String LEADER = "/gantry/v1/meta/leader";
    private static final Duration QUIET = Duration.ofSeconds(12);
    private static final Duration OUTAGE = Duration.ofSeconds(30);

    private final World world;
    private final SplittableRandom random;
    private final SimPause pause;
    private final Weather weather;
    private final List<Runnable> terms = new ArrayList<>();

    Chaos(World world, SplittableRandom random, SimPause pause, Weather weather) {
        this.world = world;
        this.random = random;
        this.pause = pause;
        this.weather = weather;
    }

    void act(int faults) throws InterruptedException {
        for (int i = 0; i < faults; i++) {
            pause.upTo(QUIET);
            actOnce();
        }
    }

    private void actOnce() throws InterruptedException {
        if (random.nextInt(weather.leadersOneIn()) == 0) {
            changeLeader();
            return;
        }
        SimNode node = drawn(world.nodes());
        switch (random.nextInt(6)) {
            case 0, 1 -> restart(node, random.nextInt(4) == 0);
            case 2, 3 -> exit(node);
            case 4 -> {
                world.trace().add("cut " + node.name());
                world.cut(node.name());
            }
            default -> {
                MemoryStore store = world.memory();
                world.trace().add("compact");
                store.compact(store.currentRevision());
            }
        }
    }

    private void restart(SimNode node, boolean machine) {
        world.trace().add((machine ? "reboot " : "kill ") + node.name());
        node.kill();
        if (machine) {
            node.parts().reboot();
        }
        world.abandon(node.name());
        world.startLater(node, pause.drawn(OUTAGE));
    }

    private void exit(SimNode node) {
        List<String> running = List.copyOf(node.parts().running().keySet());
        if (!running.isEmpty()) {
            String id = drawn(running);
            world.trace().add("exit " + id);
            node.parts().end(id, random.nextInt(3));
        }
    }

    /// Another replica, or the same one anew, leads from now on. The one before goes on for a
    /// while.
    void changeLeader() throws InterruptedException {
        Replica next = drawn(world.replicas());
        var journal = world.journal();
        world.memory().commit(List.of(new Write.Delete(LEADER, Expect.any())));
        var put = new Write.Put(LEADER, ByteString.copyFromUtf8("leader"), Expect.absent());
        var outcome = world.memory().commit(List.of(put)).getFirst();
        var fence = new Fence(LEADER, ((Outcome.Committed) outcome).revision());
        journal.leads(fence);
        world.trace().add("leader " + next.name() + " " + fence.createRevision());
        Runnable last = terms.isEmpty() ? () -> {} : terms.getLast();
        terms.add(next.lead(fence));
        pause.upTo(Duration.ofSeconds(10));
        last.run();
    }

    private <T> T drawn(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}

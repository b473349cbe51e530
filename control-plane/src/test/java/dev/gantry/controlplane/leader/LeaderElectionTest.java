package dev.gantry.controlplane.leader;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gantry.controlplane.store.Expect;
import dev.gantry.controlplane.store.Fence;
import dev.gantry.controlplane.store.Outcome;
import dev.gantry.controlplane.store.Write;
import dev.gantry.controlplane.store.memory.MemoryStore;
import dev.gantry.loop.SimClock;
import dev.gantry.loop.SimExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LeaderElectionTest {
    private static final Duration LIFE = Duration.ofSeconds(3);
    private static final int STEPS = 10_000;

    private final SimClock clock = new SimClock();
    private final MemoryStore store = new MemoryStore(clock);
    private final SimExecutor executor = new SimExecutor(new SplittableRandom(7));
    private final List<String> heard = new ArrayList<>();

    private LeaderElection replica(String id) {
        LeaderElection election =
                LeaderElection.start(
                        store,
                        id,
                        LIFE,
                        executor.threads(),
                        clock,
                        new LeaderElection.Listener() {
                            @Override
                            public void elected(Fence fence) {
                                heard.add(id + " elected");
                            }

                            @Override
                            public void deposed() {
                                heard.add(id + " deposed");
                            }
                        });
        executor.drain(STEPS);
        return election;
    }

    private void advance(Duration time) {
        for (long i = 0; i < time.toMillis(); i += 100) {
            clock.advance(Duration.ofMillis(100));
            store.expireLeases();
            executor.drain(STEPS);
        }
    }

    private void close(LeaderElection election) {
        executor.threads().newThread(election::close).start();
        executor.drain(STEPS);
    }

    private Outcome write(Fence fence) {
        return store.commit(List.of(new Write.Put("/k", ByteString.EMPTY, Expect.any(), fence, 0)))
                .getFirst();
    }

    @Test
    void firstLeadsAndStaysLeader() {
        LeaderElection a = replica("a");
        LeaderElection b = replica("b");

        advance(Duration.ofMinutes(1));

        assertThat(a.isLeader()).isTrue();
        assertThat(b.isLeader()).isFalse();
        assertThat(b.leader()).contains("a");
        assertThat(heard).containsExactly("a elected");
        close(a);
        close(b);
    }

    @Test
    void resigningHandsOverAtOnceAndFencesTheOldTerm() {
        LeaderElection a = replica("a");
        LeaderElection b = replica("b");
        Fence old = a.fence().orElseThrow();
        assertThat(write(old)).isInstanceOf(Outcome.Committed.class);

        close(a);

        assertThat(heard).containsExactly("a elected", "a deposed", "b elected");
        assertThat(write(old)).isEqualTo(new Outcome.Fenced());
        assertThat(write(b.fence().orElseThrow())).isInstanceOf(Outcome.Committed.class);
        close(b);
    }

    @Test
    void lostLeaseDeposesAndAnotherLeads() {
        LeaderElection a = replica("a");
        LeaderElection b = replica("b");
        long lease = store.get(LeaderElection.KEY).orElseThrow().lease();

        store.revokeLease(lease);
        executor.drain(STEPS);
        assertThat(b.isLeader()).isTrue();
        advance(LIFE);

        assertThat(a.isLeader()).isFalse();
        assertThat(a.leader()).contains("b");
        assertThat(heard).containsExactly("a elected", "b elected", "a deposed");
        close(a);
        close(b);
    }
}

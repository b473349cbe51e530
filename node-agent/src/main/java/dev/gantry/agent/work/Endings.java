package dev.gantry.agent.work;

import dev.gantry.agent.pod.Member;
import dev.gantry.agent.pod.PodAgent;

/// Waits for the recorded end of a run, which comes a moment after its output has ended.
final class Endings {
    private static final int TRIES = 100;
    private static final long PAUSE_MILLIS = 20;

    private final PodAgent agent;

    Endings(PodAgent agent) {
        this.agent = agent;
    }

    /// The exit code of the run; 0 when it is not told in time.
    int exitCode(String uid, Member member, String id) throws InterruptedException {
        for (int i = 0; i < TRIES; i++) {
            var pod = agent.pods().get(uid);
            if (pod == null) {
                return 0;
            }
            var last = pod.member(member.name()).flatMap(m -> m.history().last());
            if (last.isPresent() && last.get().id().equals(id)) {
                return last.get().exitCode();
            }
            java.util.concurrent.TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
        return 0;
    }
}

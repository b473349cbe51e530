package dev.gantry.e2e.simulation;

import dev.gantry.loop.SimExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// The processes of a simulated world. Each has an executor of its own, so that a process can be
/// killed: its threads then stop where they parked last, and never run again.
final class SimThreads {
    private final SplittableRandom random;
    private final List<SimExecutor> living = new ArrayList<>();
    private final List<SimExecutor> dead = new ArrayList<>();

    SimThreads(SplittableRandom random) {
        this.random = random;
    }

    SimExecutor start() {
        SimExecutor process = new SimExecutor(random.split());
        living.add(process);
        return process;
    }

    void kill(SimExecutor process) {
        living.remove(process);
        dead.add(process);
    }

    /// Runs one thread of some process up to where it next parks.
    ///
    /// @return false when none can run
    boolean step() {
        int first = random.nextInt(living.size());
        for (int i = 0; i < living.size(); i++) {
            if (living.get((first + i) % living.size()).step()) {
                return true;
            }
        }
        return false;
    }
}

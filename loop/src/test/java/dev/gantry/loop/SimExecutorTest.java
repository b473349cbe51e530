package dev.gantry.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

class SimExecutorTest {

    @Test
    void blockedThreadsGoOnInAnOrderThatTheSeedFixes() {
        assertThat(trace(7)).isEqualTo(trace(7)).hasSize(20);
        assertThat(List.of(trace(1), trace(2), trace(3)))
                .anySatisfy(other -> assertThat(other).isNotEqualTo(trace(7)));
    }

    private static List<String> trace(long seed) {
        var executor = new SimExecutor(new SplittableRandom(seed));
        var trace = new ArrayList<String>();
        var queue = new LinkedBlockingQueue<Integer>();
        for (int i = 0; i < 4; i++) {
            String name = "reader-" + i;
            executor.threads().newThread(() -> read(name, queue, trace)).start();
        }
        executor.threads()
                .newThread(() -> {
                    for (int i = 0; i < 20; i++) {
                        queue.add(i);
                        Thread.yield();
                    }
                })
                .start();
        executor.drain(10_000);
        return trace;
    }

    private static void read(String name, LinkedBlockingQueue<Integer> queue, List<String> trace) {
        try {
            for (int i = 0; i < 5; i++) {
                trace.add(name + " " + queue.take());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

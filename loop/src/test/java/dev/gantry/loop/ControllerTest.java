package dev.gantry.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ControllerTest {

    private final SimClock clock = new SimClock();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<String> faults = new ArrayList<>();

    private Controller<String> controller(Reconciler<String> reconciler) {
        var queue = new WorkQueue<String>(10, clock, Backoff.CONTROLLER, new SplittableRandom(1));
        return new Controller<>(
                "test",
                queue,
                reconciler,
                clock,
                (component, detail, cause) -> faults.add(detail + ": " + cause.getMessage()),
                new ControllerMetrics("test", registry));
    }

    @Test
    void settledKeyIsNotLookedAtAgain() throws Exception {
        Controller<String> controller = controller((key, now) -> Outcome.settled());
        controller.queue().add("a");

        assertThat(controller.step()).isTrue();
        assertThat(controller.step()).isFalse();
    }

    @Test
    void recheckedKeyComesBackAfterItsDelay() throws Exception {
        Controller<String> controller =
                controller((key, now) -> Outcome.recheckAfter(Duration.ofSeconds(3)));
        controller.queue().add("a");
        assertThat(controller.step()).isTrue();
        assertThat(controller.step()).isFalse();

        clock.advance(Duration.ofSeconds(3));

        assertThat(controller.step()).isTrue();
    }

    @Test
    void exceptionIsHandledOnceAndTheKeyRetried() throws Exception {
        Controller<String> controller =
                controller((key, now) -> {
                    throw new IllegalStateException("broken");
                });
        controller.queue().add("a");

        assertThat(controller.step()).isTrue();
        clock.advance(Duration.ofSeconds(1));

        assertThat(faults).containsExactly("a: broken");
        assertThat(controller.queue().take()).contains("a");
        assertThat(registry.get("gantry.reconcile").tag("outcome", "retry").timer().count())
                .isEqualTo(1);
    }

    @Test
    void loopThreadStepsWhatIsAddedLater() throws Exception {
        var reconciled = new CountDownLatch(2);
        var queue =
                new WorkQueue<String>(
                        10, Clock.systemUTC(), Backoff.CONTROLLER, new SplittableRandom(1));
        var controller =
                new Controller<String>(
                        "test",
                        queue,
                        (key, now) -> {
                            reconciled.countDown();
                            return Outcome.settled();
                        },
                        Clock.systemUTC(),
                        FaultHandler.logging(),
                        new ControllerMetrics("test", registry));

        try (var _ =
                LoopThread.start(controller, Clock.systemUTC(), Thread.ofPlatform().factory())) {
            queue.add("a");
            queue.addAfter("b", Duration.ofMillis(5));
            assertThat(reconciled.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }
}

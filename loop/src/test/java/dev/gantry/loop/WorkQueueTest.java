package dev.gantry.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WorkQueueTest {

    private final SimClock clock = new SimClock();
    private final WorkQueue<String> queue = queue(100);

    private WorkQueue<String> queue(int capacity) {
        return new WorkQueue<>(capacity, clock, Backoff.CONTROLLER, new SplittableRandom(1));
    }

    @Test
    void keyAddedTwiceIsGivenOutOnce() {
        queue.add("a");
        queue.add("a");

        assertThat(queue.take()).contains("a");
        assertThat(queue.take()).isEmpty();
    }

    @Test
    void earlierTimeHolds() {
        queue.addAfter("a", Duration.ofSeconds(5));
        queue.addAfter("a", Duration.ofSeconds(1));
        queue.addAfter("a", Duration.ofSeconds(9));

        clock.advance(Duration.ofSeconds(1));

        assertThat(queue.take()).contains("a");
        assertThat(queue.nextDue()).isEmpty();
    }

    @Test
    void keyAddedWhileHeldComesBackAfterIt() {
        queue.add("a");
        String held = queue.take().orElseThrow();
        queue.add("a");
        assertThat(queue.take()).isEmpty();

        queue.done(held);

        assertThat(queue.take()).contains("a");
    }

    @Test
    void delayGrowsWithFailuresAndIsForgottenOnSuccess() {
        Duration first = failOnce();
        Duration second = failOnce();
        queue.done(takeDue());

        queue.add("a");
        Duration afterSuccess = queue.retry(takeDue());

        assertThat(second).isGreaterThan(first);
        assertThat(afterSuccess).isLessThanOrEqualTo(Duration.ofMillis(5));
    }

    @Test
    void fullQueueDropsNewKeysAndSaysSoOnce() {
        WorkQueue<String> small = queue(1);
        small.add("a");
        small.add("b");
        small.add("a");

        assertThat(small.depth()).isEqualTo(1);
        assertThat(small.droppedCount()).isEqualTo(1);
        assertThat(small.takeOverflow()).isTrue();
        assertThat(small.takeOverflow()).isFalse();
    }

    @Test
    void handingBackWhatNobodyHoldsIsABug() {
        assertThatThrownBy(() -> queue.done("a")).isInstanceOf(BrokenInvariantException.class);
    }

    @SeededTest(seeds = 300)
    void agreesWithAModel(SplittableRandom random) {
        Map<String, Instant> model = new HashMap<>();
        for (int i = 0; i < 200; i++) {
            String key = "k" + random.nextInt(8);
            switch (random.nextInt(3)) {
                case 0 -> {
                    Instant due = clock.instant().plusMillis(random.nextInt(50));
                    queue.addAt(key, due);
                    model.merge(key, due, (a, b) -> a.isBefore(b) ? a : b);
                }
                case 1 -> clock.advance(Duration.ofMillis(random.nextInt(20)));
                default -> takeAndCompare(model);
            }
        }
        assertThat(queue.depth()).isEqualTo(model.size());
    }

    private void takeAndCompare(Map<String, Instant> model) {
        Optional<Instant> earliest = model.values().stream().min(Instant::compareTo);
        Optional<String> taken = queue.take();
        boolean expected = earliest.isPresent() && !earliest.get().isAfter(clock.instant());
        assertThat(taken.isPresent()).isEqualTo(expected);
        taken.ifPresent(key -> {
            assertThat(model.remove(key)).isEqualTo(earliest.orElseThrow());
            queue.done(key);
        });
    }

    private Duration failOnce() {
        queue.add("a");
        return queue.retry(takeDue());
    }

    private String takeDue() {
        queue.nextDue()
                .ifPresent(due -> {
                    if (due.isAfter(clock.instant())) {
                        clock.advance(Duration.between(clock.instant(), due));
                    }
                });
        return queue.take().orElseThrow();
    }
}

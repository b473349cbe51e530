package dev.gantry.e2e.simulation;

import java.time.Duration;
import java.util.SplittableRandom;

/// How bad things are in one simulation. Each seed has its own: many seeds with different extremes
/// find more than many with the same middle.
///
/// @param actions what people do in all
/// @param faults how many things go wrong in all
/// @param watchLag how far a cache may fall behind
/// @param callsFailOneIn calls of the store that fail while there are faults
/// @param watchesFailOneIn answers of the store's watch that break it
/// @param leadersOneIn faults that are a change of the leader
record Weather(
        int actions,
        int faults,
        Duration watchLag,
        int callsFailOneIn,
        int watchesFailOneIn,
        int leadersOneIn) {
    private static final int NEVER = Integer.MAX_VALUE;
    private static final int COUNT_MIN = 5;
    private static final int COUNT_RANGE = 11;

    static Weather drawn(SplittableRandom random) {
        return new Weather(
                COUNT_MIN + random.nextInt(COUNT_RANGE),
                COUNT_MIN + random.nextInt(COUNT_RANGE),
                Duration.ofMillis(random.nextInt(3) == 0 ? 2_000 : 100),
                rarity(random, 8),
                rarity(random, 30),
                2 + random.nextInt(6));
    }

    private static int rarity(SplittableRandom random, int often) {
        return switch (random.nextInt(3)) {
            case 0 -> NEVER;
            case 1 -> often * 5;
            default -> often;
        };
    }
}

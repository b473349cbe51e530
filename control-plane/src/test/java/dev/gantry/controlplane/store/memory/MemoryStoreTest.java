package dev.gantry.controlplane.store.memory;

import dev.gantry.controlplane.store.Store;
import dev.gantry.controlplane.store.StoreContract;
import dev.gantry.loop.SimClock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

class MemoryStoreTest extends StoreContract {
    private final SimClock clock = new SimClock();
    private final MemoryStore store = new MemoryStore(clock);

    @Override
    protected Store store() {
        return store;
    }

    @Override
    protected void pass(Duration time) {
        clock.advance(time);
        store.expireLeases();
    }

    @AfterEach
    void close() {
        store.close();
    }
}

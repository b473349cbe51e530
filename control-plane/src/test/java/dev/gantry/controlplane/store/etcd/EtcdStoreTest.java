package dev.gantry.controlplane.store.etcd;

import dev.gantry.controlplane.store.Store;
import dev.gantry.controlplane.store.StoreContract;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;

@Tag("etcd")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EtcdStoreTest extends StoreContract {
    private final EtcdProcess etcd = EtcdProcess.start();
    private final EtcdStore store =
            new EtcdStore(etcd.options(), Thread.ofVirtual().factory(), new SplittableRandom(1));

    @BeforeAll
    void awaitStart() throws InterruptedException {
        store.currentRevision();
    }

    @AfterAll
    void stop() {
        store.close();
        etcd.close();
    }

    @Override
    protected Store store() {
        return store;
    }

    @Override
    protected void pass(Duration time) {
        // etcd has its own clock; who waits for what a lease does waits long enough.
    }
}

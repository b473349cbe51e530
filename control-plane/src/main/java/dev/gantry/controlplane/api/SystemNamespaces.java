package dev.gantry.controlplane.api;

import com.google.protobuf.Message;
import dev.gantry.api.core.v1.Namespace;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.meta.v1.ObjectMeta;
import dev.gantry.controlplane.cache.ObjectOutcome;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.cache.ObjectWrite;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// The namespaces that every cluster has.
public final class SystemNamespaces {
    /// `kube-system` is there because manifests name it; nothing of Gantry's own lives in it.
    static final List<String> NAMES = List.of("default", "gantry-system", "kube-system");

    private SystemNamespaces() {}

    /// Makes those that are missing. Another replica may do the same at the same time.
    ///
    /// @throws dev.gantry.controlplane.store.StoreException when the store does not answer
    public static void make(ObjectStore objects, RandomGenerator random, InstantSource clock)
            throws InterruptedException {
        var preparation = new Preparation(random);
        var writes = new ArrayList<ObjectWrite>();
        for (var name : NAMES) {
            if (objects.get(new ObjectKey(Kinds.NAMESPACE, "", name)).isEmpty()) {
                Message namespace =
                        Meta.with(
                                Namespace.getDefaultInstance(),
                                ObjectMeta.newBuilder().setName(name).build());
                writes.add(new ObjectWrite.Create(preparation.created(namespace, clock.instant())));
            }
        }
        if (writes.isEmpty()) {
            return;
        }
        for (var outcome : objects.commit(writes)) {
            if (outcome instanceof ObjectOutcome.Failed failed) {
                throw failed.cause();
            }
        }
    }
}

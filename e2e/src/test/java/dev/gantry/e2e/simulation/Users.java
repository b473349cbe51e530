package dev.gantry.e2e.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.gantry.api.apps.v1.Deployment;
import dev.gantry.api.defaulting.Defaults;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.controlplane.cache.Index;
import dev.gantry.controlplane.cache.ObjectOutcome;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.cache.ObjectWrite;
import dev.gantry.controlplane.controller.Deletions;
import dev.gantry.loop.SimClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;

/// People who create, change and delete things, now at this replica, now at that.
final class Users {
    private static final List<String> APPS = List.of("api", "db", "web");
    private static final int REPLICAS_MAX = 7;
    private static final int ATTEMPTS_MAX = 30;
    private static final Duration THINKING = Duration.ofSeconds(15);

    private final List<Replica> replicas;
    private final List<SimNode> nodes;
    private final SimClock clock;
    private final SplittableRandom random;
    private final SimPause pause;
    private final Manifests manifests;
    private final Trace trace;

    Users(
            List<Replica> replicas,
            List<SimNode> nodes,
            SimClock clock,
            SplittableRandom random,
            SimPause pause,
            Trace trace) {
        this.replicas = replicas;
        this.nodes = nodes;
        this.clock = clock;
        this.random = random;
        this.pause = pause;
        this.manifests = new Manifests(random.split());
        this.trace = trace;
    }

    /// What is there before anybody does anything.
    void prepare() throws InterruptedException {
        create(manifests.namespace(clock.instant()));
        for (String app : APPS) {
            create(manifests.service(app, clock.instant()));
        }
    }

    void act(int actions) throws InterruptedException {
        for (int i = 0; i < actions; i++) {
            pause.upTo(THINKING);
            actOnce();
        }
    }

    private void actOnce() throws InterruptedException {
        String app = drawn(APPS);
        ObjectKey deployment = new ObjectKey(Kinds.DEPLOYMENT, Manifests.NAMESPACE, app);
        int replicaCount = random.nextInt(REPLICAS_MAX + 1);
        switch (random.nextInt(9)) {
            case 0, 1, 2 -> create(manifests.deployment(app, replicaCount, clock.instant()));
            case 3 -> change(deployment, d -> scaled((Deployment) d, replicaCount));
            case 4, 5 -> change(deployment, d -> updated((Deployment) d, app));
            case 6 -> delete(Optional.of(deployment));
            case 7 -> delete(any(Kinds.POD));
            default -> {
                if (random.nextInt(3) == 0) {
                    deletePodsOf(drawn(nodes).name());
                } else {
                    delete(any(Kinds.REPLICA_SET));
                }
            }
        }
    }

    /// Brings every deployment down to what surely fits.
    void settleDown() throws InterruptedException {
        for (Message each : objects().list(Kinds.DEPLOYMENT, Manifests.NAMESPACE).objects()) {
            change(
                    ObjectKey.of(each),
                    d ->
                            scaled(
                                    (Deployment) d,
                                    Math.min(2, ((Deployment) d).getSpec().getReplicas())));
        }
    }

    private static Deployment scaled(Deployment deployment, int replicas) {
        var changed = deployment.toBuilder();
        changed.getSpecBuilder().setReplicas(replicas);
        return nextGeneration(changed.build());
    }

    private Deployment updated(Deployment deployment, String app) {
        var changed = deployment.toBuilder();
        changed.getSpecBuilder().setTemplate(manifests.template(app, "v" + random.nextInt(4)));
        return nextGeneration(Defaults.apply(changed.build()));
    }

    private static Deployment nextGeneration(Deployment deployment) {
        return Meta.edit(deployment, meta -> meta.setGeneration(meta.getGeneration() + 1));
    }

    private void deletePodsOf(String node) throws InterruptedException {
        for (Message pod : objects().byIndex(Index.POD_BY_NODE, node)) {
            delete(Optional.of(ObjectKey.of(pod)));
        }
    }

    private Optional<ObjectKey> any(Kind kind) {
        var all = List.copyOf(objects().list(kind, Manifests.NAMESPACE).objects());
        return all.isEmpty() ? Optional.empty() : Optional.of(ObjectKey.of(drawn(all)));
    }

    private void create(Message object) throws InterruptedException {
        trace.add("user creates " + ObjectKey.of(object));
        write(objects(), new ObjectWrite.Create(object));
    }

    private void change(ObjectKey key, Function<Message, Message> edit)
            throws InterruptedException {
        trace.add("user changes " + key);
        retry(key, live -> Optional.of(new ObjectWrite.Update(edit.apply(live))));
    }

    private void delete(Optional<ObjectKey> key) throws InterruptedException {
        if (key.isPresent()) {
            trace.add("user deletes " + key.get());
            retry(key.get(), live -> Deletions.delete(live, clock.instant()));
        }
    }

    private void retry(ObjectKey key, Function<Message, Optional<ObjectWrite>> plan)
            throws InterruptedException {
        for (int i = 0; i < ATTEMPTS_MAX; i++) {
            ObjectStore at = objects();
            Optional<ObjectWrite> write = at.get(key).flatMap(plan);
            if (write.isEmpty() || write(at, write.get())) {
                return;
            }
            pause.upTo(Duration.ofSeconds(1));
        }
    }

    private boolean write(ObjectStore at, ObjectWrite write) throws InterruptedException {
        ObjectOutcome outcome = at.commit(List.of(write)).getFirst();
        if (outcome instanceof ObjectOutcome.Stored(Message stored)) {
            long revision = revision(stored);
            trace.guard(() ->
                    assertThat(at.revision())
                            .as("a writer sees what it wrote")
                            .isGreaterThanOrEqualTo(revision));
            return true;
        }
        return outcome instanceof ObjectOutcome.Deleted;
    }

    private static long revision(Message object) {
        return Long.parseLong(Meta.of(object).getResourceVersion());
    }

    private ObjectStore objects() {
        return drawn(replicas).objects();
    }

    private <T> T drawn(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}

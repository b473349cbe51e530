package dev.gantry.e2e.session;

import static dev.gantry.e2e.session.Objects.key;
import static dev.gantry.e2e.session.Objects.pod;
import static dev.gantry.e2e.session.Objects.podWithSecret;
import static dev.gantry.e2e.session.Objects.report;
import static dev.gantry.e2e.session.Objects.secret;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.core.v1.Event;
import dev.gantry.api.core.v1.Node;
import dev.gantry.api.core.v1.NodeCondition;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.time.Times;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SessionTest {
    @TempDir Path directory;
    private SessionBed bed;
    private final FakeWork work = new FakeWork();

    @BeforeEach
    void open() throws Exception {
        bed = new SessionBed(directory);
    }

    @AfterEach
    void close() throws Exception {
        bed.close();
    }

    private Optional<Node> node(String name) {
        return bed.objects.get(key(Kinds.NODE, name)).map(Node.class::cast);
    }

    private String phase(String name) {
        return bed.objects
                .get(key(Kinds.POD, name))
                .map(p -> ((Pod) p).getStatus().getPhase())
                .orElse("gone");
    }

    private boolean ready(String name) {
        return node(name).stream()
                .flatMap(n -> n.getStatus().getConditionsList().stream())
                .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
    }

    private static boolean holdsSecret(FakeWork work, String name) {
        return work.state().stream()
                .flatMap(s -> s.secrets().keySet().stream())
                .anyMatch(s -> s.name().equals(name));
    }

    @Test
    void nodeJoinsAndGetsItsState() throws Exception {
        work.labels.put("disk", "ssd");
        bed.create(pod("mine", "n1"));
        bed.create(pod("other", "n2"));

        bed.agent("n1", work);
        Eventually.holds("the snapshot arrives", () -> work.hasPod("mine"));

        Node node = node("n1").orElseThrow();
        assertThat(ready("n1")).isTrue();
        assertThat(node.getSpec().getPodCIDR()).isEqualTo("10.200.0.0/24");
        assertThat(node.getMetadata().getLabelsMap())
                .containsEntry("disk", "ssd")
                .containsEntry("kubernetes.io/hostname", "n1");
        var state = work.state().orElseThrow();
        assertThat(state.pods()).hasSize(1);
        assertThat(state.epoch()).isEqualTo(bed.objects.epoch());
        assertThat(state.settings().podCidr()).isEqualTo("10.200.0.0/24");
        assertThat(state.settings().dnsAddress()).isEqualTo("10.201.0.10");
        assertThat(state.nodes()).hasSize(1);
        var permissions =
                Files.getPosixFilePermissions(directory.resolve("n1/credentials/node.pem"));
        assertThat(PosixFilePermissions.toString(permissions)).isEqualTo("rw-------");
    }

    @Test
    void eachNodeGetsItsOwnRange() {
        bed.agent("n1", work);
        bed.agent("n2", new FakeWork());
        Eventually.holds("both are ready", () -> ready("n1") && ready("n2"));
        assertThat(node("n1").orElseThrow().getSpec().getPodCIDR())
                .isNotEqualTo(node("n2").orElseThrow().getSpec().getPodCIDR());
    }

    @Test
    void changesFollowTheSnapshot() throws Exception {
        bed.agent("n1", work);
        Eventually.holds("the session stands", () -> ready("n1"));

        bed.create(pod("late", "n1"));
        Eventually.holds("the new pod arrives", () -> work.hasPod("late"));
        bed.delete(key(Kinds.POD, "late"));
        Eventually.holds("the pod is removed", () -> !work.hasPod("late"));

        assertThat(work.snapshots).hasValue(1);
    }

    @Test
    void nodeGetsSecretsOfItsOwnPodsOnlyAndAsLongAsItHasThem() throws Exception {
        bed.create(secret("a"));
        bed.create(secret("b"));
        bed.create(podWithSecret("mine", "n1", "a"));
        bed.create(podWithSecret("other", "n2", "b"));

        bed.agent("n1", work);
        Eventually.holds("the secret arrives", () -> holdsSecret(work, "a"));
        assertThat(holdsSecret(work, "b")).isFalse();

        bed.delete(key(Kinds.POD, "mine"));
        Eventually.holds("the secret goes with the pod", () -> !holdsSecret(work, "a"));

        bed.create(podWithSecret("second", "n1", "late"));
        Eventually.holds("the pod arrives", () -> work.hasPod("second"));
        bed.create(secret("late"));
        Eventually.holds("a secret made later arrives", () -> holdsSecret(work, "late"));
    }

    @Test
    void statusIsStoredWithoutComingBack() throws Exception {
        Pod pod = (Pod) bed.create(pod("p", "n1"));
        var session = bed.agent("n1", work);
        Eventually.holds("the pod arrives", () -> work.hasPod("p"));

        session.reportStatus(report(pod, "Running"));
        Eventually.holds("the status is stored", () -> phase("p").equals("Running"));

        bed.create(pod("q", "n1"));
        Eventually.holds("what comes after arrives", () -> work.hasPod("q"));
        var held = work.state().orElseThrow().pods().values().iterator().next();
        assertThat(held.getMetadata().getResourceVersion())
                .isEqualTo(pod.getMetadata().getResourceVersion());
    }

    @Test
    void statusOfAnEarlierLifeIsIgnored() throws Exception {
        Pod pod = (Pod) bed.create(pod("p", "n1"));
        Pod marker = (Pod) bed.create(pod("marker", "n1"));
        var session = bed.agent("n1", work);
        session.reportStatus(report(pod, "Running").toBuilder().setUid("earlier").build());
        session.reportStatus(report(marker, "Running"));
        Eventually.holds("the marker is stored", () -> phase("marker").equals("Running"));
        assertThat(phase("p")).isEmpty();
    }

    @Test
    void statusReportedWhileTheServerIsAwayArrivesLater() throws Exception {
        Pod pod = (Pod) bed.create(pod("p", "n1"));
        var session = bed.agent("n1", work);
        Eventually.holds("the session stands", () -> work.hasPod("p"));
        int port = bed.port();

        bed.stopServer();
        Eventually.holds("the agent notices", () -> !session.connected());
        session.reportStatus(report(pod, "Pending"));
        session.reportStatus(report(pod, "Running"));
        bed.create(pod("meanwhile", "n1"));
        bed.startServer(port);

        Eventually.holds("the latest status is stored", () -> phase("p").equals("Running"));
        Eventually.holds("the new state arrives", () -> work.hasPod("meanwhile"));
    }

    @Test
    void gonePodIsDeletedOnceItWasToldToGo() throws Exception {
        Pod pod = (Pod) bed.create(pod("p", "n1"));
        var session = bed.agent("n1", work);
        Pod leaving =
                (Pod)
                        bed.update(
                                Meta.edit(
                                        pod, m -> m.setDeletionTimestamp(Times.of(Instant.now()))));
        session.reportStatus(report(leaving, "Succeeded").toBuilder().setGone(true).build());
        Eventually.holds("the pod is gone", () -> phase("p").equals("gone"));
    }

    @Test
    void agentStartsFromItsCheckpointWithoutTheServer() throws Exception {
        bed.create(pod("p", "n1"));
        var session = bed.agent("n1", work);
        Eventually.holds("the pod arrives", () -> work.hasPod("p"));
        session.close();
        bed.stopServer();

        var again = new FakeWork();
        bed.agent("n1", again);
        assertThat(again.hasPod("p")).isTrue();
        assertThat(again.state().orElseThrow().settings().podCidr()).isEqualTo("10.200.0.0/24");
    }

    @Test
    void newerSessionTakesThePlaceOfTheOlder() {
        bed.agent("n1", work);
        Eventually.holds("the session stands", () -> bed.nodes.sessions().of("n1").isPresent());
        var first = bed.nodes.sessions().of("n1").orElseThrow();

        bed.agent("n1", "other-folder", bed.token(), new FakeWork());

        Eventually.holds("the older is closed", () -> first.closed().isPresent());
        assertThat(first.closed().orElseThrow()).contains("newer session");
        Eventually.holds("one stands", () -> bed.nodes.sessions().of("n1").isPresent());
    }

    @Test
    void eventsAreMergedAndConditionsStored() {
        var session = bed.agent("n1", work);
        Eventually.holds("the session stands", session::connected);
        var event = Event.newBuilder().setReason("Pulled").setMessage("pulled busybox");
        event.getInvolvedObjectBuilder().setKind("Pod").setNamespace("default").setName("p");
        session.reportEvents(List.of(event.build(), event.build()));
        session.reportEvents(List.of(event.build()));
        session.reportConditions(
                List.of(
                        NodeCondition.newBuilder()
                                .setType("DiskPressure")
                                .setStatus("False")
                                .build()));

        Eventually.holds(
                "three are one",
                () ->
                        bed.objects.list(Kinds.EVENT, "default").objects().stream()
                                .anyMatch(e -> ((Event) e).getCount() == 3));
        assertThat(bed.objects.list(Kinds.EVENT, "").objects()).hasSize(1);
        Eventually.holds(
                "the condition is stored beside Ready",
                () -> node("n1").orElseThrow().getStatus().getConditionsCount() == 2);
        assertThat(ready("n1")).isTrue();
    }
}

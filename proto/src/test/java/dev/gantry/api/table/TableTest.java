package dev.gantry.api.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.core.v1.ContainerStateWaiting;
import dev.gantry.api.core.v1.ContainerStatus;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.time.Times;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TableTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void everyKindHasOneCellForEachColumn() {
        for (Kind kind : Kinds.all()) {
            assertThat(Table.row(kind.prototype(), NOW))
                    .as(kind.name())
                    .hasSameSizeAs(Table.columns(kind));
        }
    }

    @Test
    void agesReadAsPeopleWriteThem() {
        assertThat(Ages.of(Duration.ofSeconds(119))).isEqualTo("119s");
        assertThat(Ages.of(Duration.ofSeconds(125))).isEqualTo("2m5s");
        assertThat(Ages.of(Duration.ofHours(7).plusMinutes(5))).isEqualTo("7h5m");
        assertThat(Ages.of(Duration.ofDays(3))).isEqualTo("3d");
    }

    @Test
    void podStatusSaysWhatHoldsThePodUp() {
        Pod.Builder pod = Pod.newBuilder();
        ContainerStatus.Builder status = ContainerStatus.newBuilder().setName("web");
        status.getStateBuilder()
                .setWaiting(ContainerStateWaiting.newBuilder().setReason("CrashLoopBackOff"));
        pod.getStatusBuilder().setPhase("Running").addContainerStatuses(status);

        assertThat(PodRow.status(Pod.getDefaultInstance())).isEqualTo("Pending");
        assertThat(PodRow.status(pod.build())).isEqualTo("CrashLoopBackOff");
        pod.getMetadataBuilder().setDeletionTimestamp(Times.of(NOW));
        assertThat(PodRow.status(pod.build())).isEqualTo("Terminating");
    }
}

package dev.gantry.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What security contexts change, and what of them is refused.
@Tag("e2e")
@ExtendWith(SharedCluster.class)
class SecurityContextE2eTest {

    private static final int PRIVILEGED = 320_001;
    private static final String STATUS =
            "grep -E 'Cap|Seccomp:|NoNew' /proc/self/status | sed 's/:/=/';";
    private static final String NOTHING = "0".repeat(16);
    private static final List<String> PODS =
            List.of("as-user", "read-only", "trimmed", "no-gain", "privileged", "root-refused");

    private final Cluster cluster;
    private final Pods pods;

    SecurityContextE2eTest(Cluster cluster) {
        this.cluster = cluster;
        this.pods = new Pods(cluster);
    }

    @BeforeAll
    static void start(Cluster cluster) {
        String manifests =
                pod("as-user", "{}")
                                .replace(
                                        "spec:\n",
                                        """
                                        spec:
                                          securityContext:
                                            {runAsUser: 1000, runAsGroup: 2000, fsGroup: 3000,
                                             supplementalGroups: [4000]}
                                        """)
                        + pod("read-only", "{readOnlyRootFilesystem: true}")
                        + pod(
                                "trimmed",
                                "{capabilities: {drop: [ALL], add: [NET_ADMIN, CAP_CHOWN]}}")
                        + pod("no-gain", "{allowPrivilegeEscalation: false, runAsUser: 33}")
                        + pod("privileged", "{privileged: true}")
                                .replace("\"1000\"", "\"" + PRIVILEGED + "\"")
                        + pod("root-refused", "{runAsNonRoot: true}");
        cluster.apply(manifests).orFail();
        for (String pod : PODS.subList(0, PODS.size() - 1)) {
            cluster.awaitPhase(pod, "Running");
        }
    }

    private static String pod(String name, String context) {
        return """
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: %s}
        spec:
          terminationGracePeriodSeconds: 0
          volumes: [{name: scratch, emptyDir: {}}]
          containers:
          - name: main
            image: %s
            command: [sleep, "1000"]
            securityContext: %s
            volumeMounts: [{name: scratch, mountPath: /scratch}]
        """
                .formatted(name, Workloads.IMAGE, context);
    }

    @AfterAll
    static void delete(Cluster cluster) {
        String[] words = new String[PODS.size() + 2];
        words[0] = "delete";
        words[1] = "pod";
        for (int i = 0; i < PODS.size(); i++) {
            words[i + 2] = PODS.get(i);
        }
        cluster.gantry(words).orFail();
    }

    @Test
    void userAndGroupsAreTheOnesAskedFor() {
        var answers =
                pods.answers(
                        "as-user",
                        "main",
                        STATUS
                                + """
                                echo ids=$(id -u):$(id -g):$(id -G)
                                touch /scratch/mark; echo mark=$(stat -c %u:%g:%a /scratch/mark)
                                echo directory=$(stat -c %g:%a /scratch)
                                touch /etc/mark 2>/dev/null; echo etc=$?
                                """);

        assertThat(answers)
                .containsEntry("ids", "1000:2000:2000 3000 4000")
                .containsEntry("mark", "1000:3000:644")
                .containsEntry("directory", "3000:2777")
                .containsEntry("etc", "1")
                .containsEntry("CapEff", NOTHING)
                .containsEntry("CapPrm", NOTHING)
                .containsEntry("CapBnd", "00000000a80425fb");
    }

    @Test
    void readOnlyRootTakesNoFileButItsVolumesDo() {
        var answers =
                pods.answers(
                        "read-only",
                        "main",
                        """
                        touch /mark 2>/dev/null; echo root=$?
                        touch /tmp/mark 2>/dev/null; echo tmp=$?
                        touch /scratch/mark; echo scratch=$?
                        touch /dev/shm/mark; echo shm=$?
                        """);

        assertThat(answers)
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("root", "1", "tmp", "1", "scratch", "0", "shm", "0"));
    }

    @Test
    void capabilitiesAreDroppedAndAdded() {
        var answers =
                pods.answers(
                        "trimmed",
                        "main",
                        STATUS
                                + """
                                ip link set lo mtu 60000; echo mtu=$?
                                chown 5 /scratch; echo chown=$?
                                mknod /tmp/fifo p; echo fifo=$?
                                chroot / true 2>/dev/null; echo chroot=$?
                                """);

        String kept = "0000000000001001";
        assertThat(answers)
                .containsEntry("CapEff", kept)
                .containsEntry("CapBnd", kept)
                .containsEntry("mtu", "0")
                .containsEntry("chown", "0")
                .containsEntry("fifo", "0")
                .containsEntry("chroot", "1");
    }

    @Test
    void noPrivilegesAreGainedWhereEscalationIsForbidden() {
        assertThat(pods.answers("no-gain", "main", STATUS + "echo ids=$(id -u):$(id -g)"))
                .containsEntry("NoNewPrivs", "1")
                .containsEntry("CapEff", NOTHING)
                .containsEntry("Seccomp", "2")
                .containsEntry("ids", "33:33");
    }

    @Test
    void privilegedIsTheHostsRootWithEveryCapability() {
        long process = Pods.sleeper(PRIVILEGED);
        String all = Pods.status(1, "CapBnd");

        assertThat(Pods.read(Path.of("/proc/" + process + "/uid_map")))
                .isEqualTo(Pods.read(Path.of("/proc/self/uid_map")));
        assertThat(Pods.status(process, "Uid").split("\\s+")).containsOnly("0");
        assertThat(Pods.status(process, "Seccomp")).isEqualTo("0");
        assertThat(pods.answers("privileged", "main", STATUS + "touch /proc/sys/mark; echo x=1"))
                .containsEntry("CapEff", all)
                .containsEntry("CapBnd", all)
                .containsEntry("Seccomp", "0");
        assertThat(
                        pods.answers(
                                "privileged",
                                "main",
                                "mkdir -p /m; mount -t tmpfs none /m; echo mount=$?; umount /m;"
                                        + "cat /proc/sys/kernel/panic > /proc/sys/kernel/panic;"
                                        + "echo sysctl=$?; echo devices=$(ls /dev | wc -l)"))
                .containsEntry("mount", "0")
                .containsEntry("sysctl", "0")
                .hasEntrySatisfying(
                        "devices", count -> assertThat(Integer.parseInt(count)).isGreaterThan(20));
    }

    @Test
    void imageThatWouldRunAsRootIsHeldWhereRootIsForbidden() {
        cluster.awaitField(
                "pod",
                "root-refused",
                "{.status.containerStatuses[0].state.waiting.reason}",
                "CreateContainerConfigError");
        assertThat(
                        cluster.field(
                                "pod",
                                "root-refused",
                                "{.status.containerStatuses[0].state.waiting.message}"))
                .contains("container has runAsNonRoot and image will run as root");
    }

    @Test
    void whatIsNotHonouredIsRefusedByName() {
        String wrong =
                pod("refused", "{procMount: Unmasked, seLinuxOptions: {level: s0}}")
                        .replace(
                                "spec:\n",
                                "spec:\n  hostPID: true\n  hostIPC: true\n"
                                        + "  shareProcessNamespace: true\n");

        Command.Result result = cluster.apply(wrong);

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.err())
                .contains("hostPID")
                .contains("hostIPC")
                .contains("shareProcessNamespace")
                .contains("securityContext.procMount")
                .contains("securityContext.seLinuxOptions");
        assertThat(cluster.gantry("get", "pod", "refused").exit()).isEqualTo(1);
    }
}

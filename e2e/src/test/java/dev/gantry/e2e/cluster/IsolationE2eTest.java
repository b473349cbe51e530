package dev.gantry.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What keeps a container from the host and from other pods, seen from both sides.
@Tag("e2e")
@ExtendWith(SharedCluster.class)
class IsolationE2eTest {

    private static final int FIRST = 310_001;
    private static final int SECOND = 310_002;
    private static final int OTHER = 310_003;
    private static final int HOSTED = 310_004;
    private static final int RANGE = 65_536;
    // CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID, SETPCAP, NET_BIND_SERVICE,
    // NET_RAW, SYS_CHROOT, MKNOD, AUDIT_WRITE, SETFCAP by their bits (capability.h).
    private static final String DEFAULT_CAPABILITIES = "00000000a80425fb";
    // With the host's ids, MKNOD is for privileged containers only.
    private static final String HOST_IDS_CAPABILITIES = "00000000a00425fb";

    private final Cluster cluster;
    private final Pods pods;

    IsolationE2eTest(Cluster cluster) {
        this.cluster = cluster;
        this.pods = new Pods(cluster);
    }

    @BeforeAll
    static void start(Cluster cluster) {
        cluster.apply(
                        """
                        apiVersion: v1
                        kind: Pod
                        metadata: {name: cell}
                        spec:
                          terminationGracePeriodSeconds: 0
                          volumes: [{name: scratch, emptyDir: {}}]
                          containers:
                          - name: first
                            image: %1$s
                            command: [sleep, "%2$d"]
                            volumeMounts: [{name: scratch, mountPath: /scratch}]
                          - {name: second, image: "%1$s", command: [sleep, "%3$d"]}
                        ---
                        apiVersion: v1
                        kind: Pod
                        metadata: {name: other-cell}
                        spec:
                          terminationGracePeriodSeconds: 0
                          containers:
                          - {name: main, image: "%1$s", command: [sleep, "%4$d"]}
                        ---
                        apiVersion: v1
                        kind: Pod
                        metadata: {name: on-host-network}
                        spec:
                          terminationGracePeriodSeconds: 0
                          hostNetwork: true
                          containers:
                          - {name: main, image: "%1$s", command: [sleep, "%5$d"]}
                        """
                                .formatted(Workloads.IMAGE, FIRST, SECOND, OTHER, HOSTED))
                .orFail();
        for (String pod : List.of("cell", "other-cell", "on-host-network")) {
            cluster.awaitPhase(pod, "Running");
        }
    }

    @AfterAll
    static void delete(Cluster cluster) {
        cluster.gantry("delete", "pod", "cell", "other-cell", "on-host-network").orFail();
    }

    private static String namespace(long process, String kind) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + process + "/ns/" + kind)).toString();
        } catch (IOException e) {
            throw new AssertionError("no namespace " + kind + " of " + process, e);
        }
    }

    @Test
    void everyNamespaceIsThePodsOwn() {
        long host = ProcessHandle.current().pid();
        long first = Pods.sleeper(FIRST);
        long other = Pods.sleeper(OTHER);

        for (String kind : List.of("mnt", "pid", "net", "ipc", "uts", "cgroup", "user")) {
            assertThat(namespace(first, kind))
                    .as(kind)
                    .isNotEqualTo(namespace(host, kind))
                    .isNotEqualTo(namespace(other, kind));
        }
    }

    @Test
    void containersOfOnePodShareNetworkButNotProcessesAndFiles() {
        long first = Pods.sleeper(FIRST);
        long second = Pods.sleeper(SECOND);

        for (String kind : List.of("net", "ipc", "uts", "user")) {
            assertThat(namespace(first, kind)).as(kind).isEqualTo(namespace(second, kind));
        }
        for (String kind : List.of("mnt", "pid", "cgroup")) {
            assertThat(namespace(first, kind)).as(kind).isNotEqualTo(namespace(second, kind));
        }
        assertThat(pods.shell("cell", "first", "ps -o args"))
                .contains("sleep " + FIRST)
                .doesNotContain("sleep " + SECOND);
    }

    @Test
    void rootInsideIsAnIdOfTheHostThatNobodyHas() throws IOException {
        long first = firstIdOf(Pods.sleeper(FIRST));
        long other = firstIdOf(Pods.sleeper(OTHER));

        assertThat(Math.abs(first - other)).isGreaterThanOrEqualTo(RANGE);
        assertThat(pods.shell("cell", "first", "id -u; touch /scratch/mark")).isEqualTo("0\n");
        Path mark =
                cluster.data()
                        .resolve("agent/pods")
                        .resolve(cluster.field("pod", "cell", "{.metadata.uid}"))
                        .resolve("volumes/scratch/mark");
        for (String owner : List.of("unix:uid", "unix:gid")) {
            int id = (Integer) Files.getAttribute(mark, owner);
            assertThat(Integer.toUnsignedLong(id)).as(owner).isEqualTo(first);
        }
    }

    // The one range that a process's ids are mapped to, with all that must hold of it.
    private static long firstIdOf(long process) throws IOException {
        List<String> map =
                List.of(Pods.read(Path.of("/proc/" + process + "/uid_map")).strip().split("\\s+"));
        assertThat(map).hasSize(3).startsWith("0").endsWith(Integer.toString(RANGE));
        assertThat(Pods.read(Path.of("/proc/" + process + "/gid_map")).strip().split("\\s+"))
                .containsExactlyElementsOf(map);
        long first = Long.parseLong(map.get(1));
        assertThat(first).isGreaterThanOrEqualTo(RANGE);
        for (String who : List.of("Uid", "Gid")) {
            assertThat(Pods.status(process, who).split("\\s+")).containsOnly(map.get(1));
        }
        for (String line : Files.readAllLines(Path.of("/etc/passwd"))) {
            assertThat(Long.parseLong(line.split(":", -1)[2]))
                    .as(line)
                    .satisfiesAnyOf(
                            id -> assertThat(id).isLessThan(first),
                            id -> assertThat(id).isGreaterThanOrEqualTo(first + RANGE));
        }
        return first;
    }

    @Test
    void hostsFilesAreOutOfReach() throws IOException {
        Path secret = Files.writeString(cluster.data().resolve("out-of-reach"), "secret");
        String inside =
                pods.shell(
                        "cell",
                        "first",
                        """
                        cat %1$s /proc/1/root%1$s /proc/self/root%1$s /proc/1/cwd/../..%1$s
                        echo root=$(ls /proc/1/root/); echo here=$(ls /)
                        cat /proc/mounts
                        """
                                .formatted(secret));

        assertThat(inside).doesNotContain("secret\n").doesNotContain("secretsecret");
        List<String> listings =
                inside.lines().filter(line -> line.matches("(root|here)=.*")).toList();
        assertThat(listings)
                .map(line -> line.substring("root=".length()))
                .containsExactly(
                        "bin dev etc proc root scratch sys tmp var",
                        "bin dev etc proc root scratch sys tmp var");
        assertThat(inside.lines().filter(line -> line.contains(" / overlay "))).hasSize(1);
        assertThat(inside.lines().filter(line -> line.contains("rw") && line.contains("/")))
                .as("mounts that tell where the host keeps things")
                .noneMatch(line -> line.contains(cluster.data().toString()));
    }

    @Test
    void diskAndKernelAreOutOfReach() {
        String script =
                """
                try() { name=$1; shift; if "$@" >/dev/null 2>&1; then echo $name=done; else \
                echo $name=refused; fi; }
                try fine true
                try disk mknod /tmp/disk b 8 0
                try memory mknod /tmp/memory c 1 1
                try sysctl sh -c 'echo 1 > /proc/sys/kernel/panic'
                try net-sysctl sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
                try sysrq sh -c 'echo h > /proc/sysrq-trigger'
                try sys touch /sys/mark
                try sys-kernel sh -c 'echo 1 > /sys/kernel/profiling'
                try cgroup mkdir /sys/fs/cgroup/pids/mine
                try cgroup2 mkdir /sys/fs/cgroup/mine
                try mount mount -t tmpfs none /tmp
                try remount mount -o remount,rw /proc/sys
                try unmount umount /proc/keys
                try unmount-sysctl umount /proc/sys
                try user-namespace unshare -U true
                try mount-namespace unshare -m true
                try net-namespace unshare -n true
                try log dmesg
                try clock sh -c '! date -s 2001-01-01 2>&1 | grep "not permitted"'
                try hostname sethostname mine
                try address ip link set lo down
                try swap swapoff -a
                try chroot-escape nsenter -t 1 -m true
                try raise nice -n -10 true
                try pivot pivot_root /tmp /tmp
                for f in kcore keys timer_list sched_debug latency_stats kmsg; do
                echo $f=$(head -c 16 /proc/$f 2>/dev/null | wc -c); done
                for d in acpi scsi asound; do echo $d=$(ls /proc/$d 2>/dev/null | wc -l); done
                echo firmware=$(ls /sys/firmware | wc -l)
                """;

        var answers = pods.answers("cell", "first", script);

        assertThat(answers).containsEntry("fine", "done");
        assertThat(answers.entrySet().stream().filter(e -> e.getValue().equals("done")))
                .as("what was not refused")
                .hasSize(1);
        assertThat(answers.values().stream().filter("refused"::equals)).hasSize(24);
        for (String hidden : List.of("kcore", "keys", "timer_list", "kmsg", "acpi", "firmware")) {
            assertThat(answers).containsEntry(hidden, "0");
        }
    }

    @Test
    void rightsAreTheDocumentedDefaults() {
        String script = "grep -E 'Cap|Secc|NoNew' /proc/self/status | sed 's/:/=/'";

        var exec = pods.answers("cell", "first", script);

        long process = Pods.sleeper(FIRST);
        for (String set : List.of("CapPrm", "CapEff", "CapBnd")) {
            assertThat(Pods.status(process, set)).as(set).isEqualTo(DEFAULT_CAPABILITIES);
            assertThat(exec).containsEntry(set, DEFAULT_CAPABILITIES);
        }
        for (String set : List.of("CapInh", "CapAmb")) {
            assertThat(Pods.status(process, set)).as(set).isEqualTo("0".repeat(16));
            assertThat(exec).containsEntry(set, "0".repeat(16));
        }
        assertThat(Pods.status(process, "Seccomp")).isEqualTo("2");
        assertThat(Pods.status(process, "NoNewPrivs")).isEqualTo("0");
        assertThat(exec).containsEntry("Seccomp", "2").containsEntry("NoNewPrivs", "0");
    }

    @Test
    void nothingOfTheAgentIsLeftOpenInContainers() throws IOException {
        for (long process : List.of(Pods.sleeper(FIRST), Pods.sleeper(OTHER))) {
            try (var open = Files.list(Path.of("/proc/" + process + "/fd"))) {
                assertThat(open.map(f -> f.getFileName().toString()))
                        .containsExactlyInAnyOrder("0", "1", "2");
            }
            assertThat(Pods.status(process, "SigBlk")).isEqualTo("0".repeat(16));
        }
        assertThat(pods.shell("cell", "first", "ls /proc/self/fd").lines())
                .as("ls itself opens one")
                .contains("0", "1", "2", "3")
                .hasSize(4);
        assertThat(pods.shell("cell", "first", "env"))
                .doesNotContain("GANTRY")
                .doesNotContain(cluster.data().toString());
    }

    @Test
    void hostNetworkIsTheHostsNetworkAndNothingElse() {
        long host = ProcessHandle.current().pid();
        long hosted = Pods.sleeper(HOSTED);

        assertThat(namespace(hosted, "net")).isEqualTo(namespace(host, "net"));
        for (String kind : List.of("mnt", "pid", "ipc", "cgroup")) {
            assertThat(namespace(hosted, kind)).as(kind).isNotEqualTo(namespace(host, kind));
        }
        assertThat(cluster.field("pod", "on-host-network", "{.status.podIP}"))
                .isEqualTo(cluster.field("pod", "on-host-network", "{.status.hostIP}"));
        assertThat(Pods.status(hosted, "CapEff")).isEqualTo(HOST_IDS_CAPABILITIES);
        assertThat(Pods.status(hosted, "Seccomp")).isEqualTo("2");
    }
}

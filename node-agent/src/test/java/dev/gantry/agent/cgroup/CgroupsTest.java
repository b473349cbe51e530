package dev.gantry.agent.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupsTest {
    private static final Limits LIMITS = new Limits(1500, 250, 64 << 20, 40);

    @TempDir Path tree;

    private Cgroups version1() throws IOException {
        for (String controller : new String[] {"cpu", "cpuacct", "memory", "pids", "freezer"}) {
            Files.createDirectories(tree.resolve(controller));
        }
        return Cgroups.detect(tree, "gantry");
    }

    private Cgroups version2() throws IOException {
        Files.writeString(tree.resolve("cgroup.controllers"), "cpu io memory pids\n");
        return Cgroups.detect(tree, "gantry");
    }

    private String file(String path) throws IOException {
        return Files.readString(tree.resolve(path));
    }

    @Test
    void version1WritesItsLimits() throws Exception {
        version1().create("burstable/p/c", LIMITS);

        assertThat(file("memory/gantry/burstable/p/c/memory.limit_in_bytes")).isEqualTo("67108864");
        assertThat(file("pids/gantry/burstable/p/c/pids.max")).isEqualTo("40");
        assertThat(file("cpu/gantry/burstable/p/c/cpu.cfs_quota_us")).isEqualTo("150000");
        assertThat(file("cpu/gantry/burstable/p/c/cpu.shares")).isEqualTo("256");
        assertThat(tree.resolve("freezer/gantry/burstable/p/c")).isDirectory();
    }

    @Test
    void version2WritesItsLimitsAndHandsControllersDown() throws Exception {
        version2().create("burstable/p/c", LIMITS);

        assertThat(file("gantry/burstable/p/c/memory.max")).isEqualTo("67108864");
        assertThat(file("gantry/burstable/p/c/memory.oom.group")).isEqualTo("1");
        assertThat(file("gantry/burstable/p/c/pids.max")).isEqualTo("40");
        assertThat(file("gantry/burstable/p/c/cpu.max")).isEqualTo("150000 100000");
        assertThat(file("gantry/burstable/p/c/cpu.weight")).isEqualTo("10");
        for (String above :
                new String[] {"", "gantry/", "gantry/burstable/", "gantry/burstable/p/"}) {
            assertThat(file(above + "cgroup.subtree_control")).isEqualTo("+cpu +memory +pids");
        }
        assertThat(tree.resolve("gantry/burstable/p/c/cgroup.subtree_control")).doesNotExist();
    }

    @Test
    void withoutLimitsNothingIsWritten() throws Exception {
        version1().create("besteffort/p/c", Limits.NONE);

        assertThat(tree.resolve("memory/gantry/besteffort/p/c")).isEmptyDirectory();
    }

    @Test
    void noNameEndsAllGroups() throws Exception {
        Cgroups groups = version1();
        groups.create("q/p/a", Limits.NONE);

        assertThatThrownBy(() -> groups.kill("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> groups.remove("")).isInstanceOf(IllegalArgumentException.class);
        assertThat(groups.exists("q/p/a")).isTrue();
    }

    @Test
    void usageIsReadFromBothVersions() throws Exception {
        Cgroups one = version1();
        one.create("q/p/c", Limits.NONE);
        Path memory = tree.resolve("memory/gantry/q/p/c");
        Files.writeString(memory.resolve("memory.usage_in_bytes"), "5000\n");
        Files.writeString(memory.resolve("memory.stat"), "cache 1\ntotal_inactive_file 2000\n");
        Files.writeString(memory.resolve("memory.oom_control"), "under_oom 0\noom_kill 3\n");
        Files.writeString(tree.resolve("cpuacct/gantry/q/p/c/cpuacct.usage"), "77\n");
        Files.writeString(tree.resolve("pids/gantry/q/p/c/pids.current"), "4\n");

        assertThat(one.usage("q/p/c")).isEqualTo(new GroupUsage(77, 3000, 3, 4));
        assertThat(one.usage("q/p/gone")).isEqualTo(new GroupUsage(0, 0, 0, 0));
    }

    @Test
    void usageOfVersion2() throws Exception {
        Cgroups two = version2();
        two.create("q/p/c", Limits.NONE);
        Path group = tree.resolve("gantry/q/p/c");
        Files.writeString(group.resolve("memory.current"), "5000\n");
        Files.writeString(group.resolve("memory.stat"), "inactive_file 1000\n");
        Files.writeString(group.resolve("memory.events"), "oom 1\noom_kill 1\n");
        Files.writeString(group.resolve("cpu.stat"), "usage_usec 9\nuser_usec 1\n");
        Files.writeString(group.resolve("pids.current"), "2\n");

        assertThat(two.usage("q/p/c")).isEqualTo(new GroupUsage(9000, 4000, 1, 2));
    }

    @Test
    void removeTakesEmptyParentsAndLeavesOthers() throws Exception {
        Cgroups groups = version1();
        groups.create("q/p/a", Limits.NONE);
        groups.create("q/p/b", Limits.NONE);

        groups.remove("q/p/a");
        assertThat(groups.exists("q/p/b")).isTrue();
        groups.remove("q/p/b");
        groups.remove("q/p/b");

        assertThat(tree.resolve("memory/gantry")).doesNotExist();
    }
}

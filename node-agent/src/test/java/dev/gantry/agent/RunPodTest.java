package dev.gantry.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One real pod after the other, from a file, on a real runtime, network and image.
@Tag("root")
@Tag("vm")
class RunPodTest {
    @TempDir Path directory = Path.of("unset");

    private record Result(int code, String output) {}

    @BeforeEach
    void shim() {
        var root = System.getProperty("gantry.root", ".");
        if (System.getProperty("gantry.shim") == null) {
            System.setProperty("gantry.shim", root + "/node-agent/target/shim/gantry-shim");
        }
    }

    private Result run(String manifest) throws IOException, InterruptedException {
        var file = Files.writeString(directory.resolve("pod.yaml"), manifest);
        var archive = BusyboxArchive.write(directory.resolve("busybox.tar"));
        var data = directory.resolve("data");
        var captured = new ByteArrayOutputStream();
        var before = System.out;
        System.setOut(new PrintStream(captured, true, StandardCharsets.UTF_8));
        try {
            int code =
                    RunPod.run(
                            List.of(
                                    "-f", file.toString(),
                                    "--data-dir", data.toString(),
                                    "--load", archive.toString()));
            assertThat(Files.readString(Path.of("/proc/mounts"))).doesNotContain(data.toString());
            return new Result(code, captured.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(before);
        }
    }

    @Test
    void podRunsWithVolumesAndGivesItsExitCode() throws IOException, InterruptedException {
        var result =
                run(
                        """
                        apiVersion: v1
                        kind: Pod
                        metadata: {name: hello}
                        spec:
                          restartPolicy: Never
                          volumes:
                          - {name: conf, configMap: {name: conf}}
                          - {name: hush, secret: {secretName: hush}}
                          - {name: mem, emptyDir: {medium: Memory}}
                          initContainers:
                          - name: first
                            image: busybox:test
                            command: [sh, -c, echo shared > /mem/f]
                            volumeMounts: [{name: mem, mountPath: /mem}]
                          containers:
                          - name: main
                            image: busybox:test
                            command: [sh, -c, "hostname; id -u; cat /conf/k /hush/pw /mem/f; exit 7"]
                            volumeMounts:
                            - {name: conf, mountPath: /conf}
                            - {name: hush, mountPath: /hush}
                            - {name: mem, mountPath: /mem}
                        ---
                        {apiVersion: v1, kind: ConfigMap, metadata: {name: conf}, data: {k: "one\\n"}}
                        ---
                        {apiVersion: v1, kind: Secret, metadata: {name: hush}, stringData: {pw: "two\\n"}}
                        """);
        assertThat(result).isEqualTo(new Result(7, "hello\n0\none\ntwo\nshared\n"));
    }

    @Test
    void missingProgramFailsThePod() throws IOException, InterruptedException {
        var result =
                run(
                        """
                        apiVersion: v1
                        kind: Pod
                        metadata: {name: nope}
                        spec:
                          restartPolicy: Never
                          containers: [{name: main, image: "busybox:test", command: [/bin/nope]}]
                        """);
        assertThat(result.code()).isEqualTo(127);
    }

    @Test
    void userOfTheSecurityContextRunsIt() throws IOException, InterruptedException {
        var result =
                run(
                        """
                        apiVersion: v1
                        kind: Pod
                        metadata: {name: user}
                        spec:
                          restartPolicy: Never
                          securityContext: {runAsUser: 33, fsGroup: 70}
                          volumes: [{name: d, emptyDir: {}}]
                          containers:
                          - name: main
                            image: busybox:test
                            command: [sh, -c, "id -u; id -G; touch /d/f && stat -c %g /d/f"]
                            volumeMounts: [{name: d, mountPath: /d}]
                        """);
        assertThat(result).isEqualTo(new Result(0, "33\n34 44 70\n70\n"));
    }
}

package dev.gantry.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Volumes as two containers of one pod and the host see them.
@Tag("e2e")
@ExtendWith(SharedCluster.class)
class VolumesE2eTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    private static final String MANIFESTS =
            """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: settings}
            data: {colour: red, shape: round, "long.name": "two\\nlines\\n"}
            binaryData: {bytes: AAH/}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: keys}
            stringData: {password: open-sesame}
            data: {token: dG9rZW4=}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: volumes}
            spec:
              terminationGracePeriodSeconds: 0
              volumes:
              - {name: shared, emptyDir: {}}
              - {name: memory, emptyDir: {medium: Memory, sizeLimit: 8Mi}}
              - {name: host, hostPath: {path: "%2$s", type: Directory}}
              - {name: made, hostPath: {path: "%2$s/made", type: DirectoryOrCreate}}
              - {name: all, configMap: {name: settings}}
              - name: some
                configMap:
                  name: settings
                  defaultMode: 0440
                  items:
                  - {key: colour, path: deep/colour}
                  - {key: shape, path: shape, mode: 0600}
              - {name: keys, secret: {secretName: keys, defaultMode: 0400}}
              - {name: absent, secret: {secretName: absent, optional: true}}
              containers:
              - name: one
                image: %1$s
                command: [sleep, "1000"]
                volumeMounts:
                - {name: shared, mountPath: /shared}
                - {name: memory, mountPath: /memory}
                - {name: host, mountPath: /host}
                - {name: made, mountPath: /made}
                - {name: all, mountPath: /all}
                - {name: some, mountPath: /some}
                - {name: keys, mountPath: /keys}
                - {name: absent, mountPath: /absent}
              - name: two
                image: %1$s
                command: [sleep, "1000"]
                volumeMounts:
                - {name: shared, mountPath: /elsewhere/deep, readOnly: true}
                - {name: memory, mountPath: /memory}
                - {name: host, mountPath: /host, readOnly: true}
            """;

    private final Cluster cluster;
    private final Pods pods;

    VolumesE2eTest(Cluster cluster) {
        this.cluster = cluster;
        this.pods = new Pods(cluster);
    }

    private static Path folder(Cluster cluster) {
        return cluster.data().resolve("volumes-of-the-host");
    }

    @BeforeAll
    static void start(Cluster cluster) throws IOException {
        Path folder = Files.createDirectory(folder(cluster));
        Files.writeString(folder.resolve("greeting"), "hello from the host\n");
        cluster.apply(MANIFESTS.formatted(Workloads.IMAGE, folder)).orFail();
        cluster.awaitPhase("volumes", "Running");
    }

    @AfterAll
    static void delete(Cluster cluster) {
        cluster.gantry("delete", "pod", "volumes").orFail();
        cluster.gantry("delete", "configmap", "settings").orFail();
        cluster.gantry("delete", "secret", "keys").orFail();
    }

    @Test
    void emptyDirIsSharedByTheContainersOfThePod() {
        var one =
                pods.answers(
                        "volumes",
                        "one",
                        """
                        echo mode=$(stat -c %a /shared); echo there=$(ls /shared /memory)
                        echo news > /shared/paper; echo quick > /memory/note
                        echo type=$(stat -f -c %T /memory)
                        echo room=$(df -k /memory | tail -1 | awk '{print $2}')
                        dd if=/dev/zero of=/memory/big bs=1M count=9 2>/dev/null; echo big=$?
                        rm /memory/big
                        """);
        var two =
                pods.answers(
                        "volumes",
                        "two",
                        """
                        echo paper=$(cat /elsewhere/deep/paper); echo note=$(cat /memory/note)
                        touch /elsewhere/deep/mine 2>/dev/null; echo write=$?
                        """);

        assertThat(one)
                .containsEntry("mode", "777")
                .containsEntry("there", "/memory: /shared:")
                .containsEntry("type", "tmpfs")
                .containsEntry("room", "8192")
                .containsEntry("big", "1");
        assertThat(two)
                .containsEntry("paper", "news")
                .containsEntry("note", "quick")
                .containsEntry("write", "1");
    }

    @Test
    void hostPathIsTheHosts() throws IOException {
        var one =
                pods.answers(
                        "volumes",
                        "one",
                        """
                        echo greeting=$(cat /host/greeting); echo answer > /host/answer
                        echo owner=$(stat -c %u:%g /host/greeting); touch /made/mark
                        """);
        var two =
                pods.answers(
                        "volumes",
                        "two",
                        "echo answer=$(cat /host/answer); touch /host/mine 2>/dev/null; echo w=$?");

        assertThat(one)
                .containsEntry("greeting", "hello from the host")
                .containsEntry("owner", "0:0");
        assertThat(two).containsEntry("answer", "answer").containsEntry("w", "1");
        Path answer = folder(cluster).resolve("answer");
        assertThat(Files.readString(answer)).isEqualTo("answer\n");
        assertThat(Files.getAttribute(answer, "unix:uid")).isEqualTo(0);
        assertThat(folder(cluster).resolve("made/mark")).exists();
    }

    @Test
    void configMapsAndSecretsAreFiles() {
        var one =
                pods.answers(
                        "volumes",
                        "one",
                        """
                        echo all=$(ls /all); echo shape=$(cat /all/shape)
                        echo lines=$(cat /all/long.name); echo bytes=$(od -An -tx1 /all/bytes)
                        echo mode=$(stat -L -c %a /all/shape)
                        echo some=$(cd /some && find -L . -type f ! -path './..*' | sort)
                        echo deep=$(cat /some/deep/colour)
                        echo modes=$(stat -L -c %a /some/deep/colour /some/shape)
                        echo keys=$(ls /keys); echo password=$(cat /keys/password)
                        echo token=$(cat /keys/token); echo secret=$(stat -L -c %a:%u /keys/token)
                        echo memory=$(stat -f -c %T /keys); echo absent=$(ls /absent)
                        touch /all/mine 2>/dev/null; echo w-all=$?
                        touch /keys/mine 2>/dev/null; echo w-keys=$?
                        """);

        assertThat(one)
                .containsEntry("all", "bytes colour long.name shape")
                .containsEntry("shape", "round")
                .containsEntry("lines", "two lines")
                .containsEntry("bytes", "00 01 ff")
                .containsEntry("mode", "644")
                .containsEntry("some", "./deep/colour ./shape")
                .containsEntry("deep", "red")
                .containsEntry("modes", "440 600")
                .containsEntry("keys", "password token")
                .containsEntry("password", "open-sesame")
                .containsEntry("token", "token")
                .containsEntry("secret", "400:0")
                .containsEntry("memory", "tmpfs")
                .containsEntry("absent", "")
                .containsEntry("w-all", "1")
                .containsEntry("w-keys", "1");
    }

    @Test
    void changesOfConfigMapsAndSecretsBecomeVisible() {
        cluster.apply(
                        """
                        apiVersion: v1
                        kind: ConfigMap
                        metadata: {name: changing}
                        data: {old: before}
                        ---
                        apiVersion: v1
                        kind: Secret
                        metadata: {name: changing}
                        data: {old: YmVmb3Jl}
                        ---
                        """
                                + Workloads.pod("watcher", "Always", "exec sleep 1000")
                                        .replace(
                                                "spec:\n",
                                                """
                                                spec:
                                                  volumes:
                                                  - {name: c, configMap: {name: changing}}
                                                  - {name: s, secret: {secretName: changing}}
                                                """)
                                + "    volumeMounts: [{name: c, mountPath: /c},"
                                + " {name: s, mountPath: /s}]\n"
                                + "    env: [{name: OLD, valueFrom: {configMapKeyRef:"
                                + " {name: changing, key: old}}}]\n")
                .orFail();
        cluster.awaitPhase("watcher", "Running");
        String look = "echo $OLD $(ls /c) $(cat /c/*) $(cat /s/new 2>/dev/null)";
        assertThat(pods.shell("watcher", "main", look)).isEqualTo("before old before\n");

        cluster.apply(
                        """
                        apiVersion: v1
                        kind: ConfigMap
                        metadata: {name: changing}
                        data: {new: after}
                        ---
                        apiVersion: v1
                        kind: Secret
                        metadata: {name: changing}
                        data: {new: YWZ0ZXI=}
                        """)
                .orFail();

        Await.until(
                SOON,
                () ->
                        assertThat(pods.shell("watcher", "main", look))
                                .isEqualTo("before new after after\n"));
        cluster.gantry("delete", "pod", "watcher").orFail();
        cluster.gantry("delete", "configmap", "changing").orFail();
        cluster.gantry("delete", "secret", "changing").orFail();
    }

    @Test
    void subPathIsRefusedByName() {
        Command.Result result =
                cluster.apply(
                        Workloads.pod("part", "Always", "exec sleep 1000")
                                        .replace(
                                                "spec:\n",
                                                "spec:\n  volumes: [{name: v, emptyDir: {}}]\n")
                                + "    volumeMounts: [{name: v, mountPath: /v, subPath: x}]\n");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.err())
                .contains("spec.containers[0].volumeMounts[0].subPath")
                .contains("not honoured");
    }

    @Test
    void wrongKindOfHostPathIsSaidInPlainWords() {
        cluster.apply(
                        Workloads.pod("wrong-path", "Always", "exec sleep 1000")
                                        .replace(
                                                "spec:\n",
                                                "spec:\n  volumes: [{name: v, hostPath: {path: "
                                                        + folder(cluster)
                                                        + "/nothing, type: File}}]\n")
                                + "    volumeMounts: [{name: v, mountPath: /v}]\n")
                .orFail();

        pods.awaitEvent("wrong-path", "hostPath type check failed");
        assertThat(cluster.field("pod", "wrong-path", "{.status.phase}")).isEqualTo("Pending");
        cluster.gantry("delete", "pod", "wrong-path").orFail();
    }
}

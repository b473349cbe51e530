package dev.gantry.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What a program finds around itself: variables, names, `/etc`, shared memory.
@Tag("e2e")
@ExtendWith(SharedCluster.class)
class EnvironmentE2eTest {

    private static final String MANIFESTS =
            """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: surroundings}
            data: {COLOUR: red, SHAPE: round}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: surroundings}
            stringData: {PASSWORD: open-sesame, SHAPE: square}
            ---
            apiVersion: v1
            kind: Pod
            metadata:
              name: surrounded
              labels: {app: shop, "tier.example/x": front}
              annotations: {note: hello}
            spec:
              terminationGracePeriodSeconds: 0
              containers:
              - name: main
                image: %1$s
                command: [sleep, "1000"]
                resources:
                  limits: {cpu: 1500m, memory: 64Mi}
                  requests: {cpu: 100m, memory: 32Mi}
                envFrom:
                - {configMapRef: {name: surroundings}}
                - {secretRef: {name: surroundings}}
                - {prefix: CM_, configMapRef: {name: surroundings}}
                - {configMapRef: {name: absent, optional: true}}
                env:
                - {name: PLAIN, value: "one two"}
                - {name: BUILT, value: "$(PLAIN)-$(COLOUR)-$(NOBODY)-$$(PLAIN)"}
                - {name: COLOUR, value: blue}
                - name: KEY
                  valueFrom: {configMapKeyRef: {name: surroundings, key: SHAPE}}
                - name: SECRET
                  valueFrom: {secretKeyRef: {name: surroundings, key: PASSWORD}}
                - name: ABSENT
                  valueFrom: {secretKeyRef: {name: absent, key: x, optional: true}}
                - {name: NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
                - {name: SPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
                - {name: UID, valueFrom: {fieldRef: {fieldPath: metadata.uid}}}
                - name: APP
                  valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}
                - name: NOTE
                  valueFrom: {fieldRef: {fieldPath: "metadata.annotations['note']"}}
                - {name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
                - {name: HOST_IP, valueFrom: {fieldRef: {fieldPath: status.hostIP}}}
                - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
                - {name: CPU, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}
                - name: MILLIS
                  valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1m}}
                - name: MEMORY
                  valueFrom: {resourceFieldRef: {resource: limits.memory}}
                - name: REQUEST
                  valueFrom:
                    resourceFieldRef: {resource: requests.memory, divisor: 1Mi}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: named}
            spec: {clusterIP: None, selector: {app: named}, ports: [{port: 80}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: named-pod, labels: {app: named}}
            spec:
              hostname: alice
              subdomain: named
              dnsPolicy: Default
              terminationGracePeriodSeconds: 0
              containers:
              - {name: main, image: "%1$s", command: [sleep, "1000"]}
            ---
            """;

    private final Cluster cluster;
    private final Pods pods;

    EnvironmentE2eTest(Cluster cluster) {
        this.cluster = cluster;
        this.pods = new Pods(cluster);
    }

    @BeforeAll
    static void start(Cluster cluster) {
        cluster.apply(
                        MANIFESTS.formatted(Workloads.IMAGE)
                                + Workloads.pod("wanting", "Always", "exec sleep 1000")
                                + "    envFrom: [{configMapRef: {name: comes-later}}]\n")
                .orFail();
        cluster.awaitPhase("surrounded", "Running");
        cluster.awaitPhase("named-pod", "Running");
    }

    @AfterAll
    static void delete(Cluster cluster) {
        cluster.gantry("delete", "pod", "surrounded", "named-pod", "wanting").orFail();
        cluster.gantry("delete", "configmap", "surroundings", "comes-later").orFail();
        cluster.gantry("delete", "secret", "surroundings").orFail();
        cluster.gantry("delete", "service", "named").orFail();
    }

    @Test
    void variablesComeFromAllTheirSources() {
        var env = pods.answers("surrounded", "main", "env");

        assertThat(env)
                .containsEntry("PLAIN", "one two")
                .containsEntry("BUILT", "one two-red-$(NOBODY)-$(PLAIN)")
                .containsEntry("COLOUR", "blue")
                .containsEntry("SHAPE", "square")
                .containsEntry("CM_COLOUR", "red")
                .containsEntry("CM_SHAPE", "round")
                .containsEntry("KEY", "round")
                .containsEntry("SECRET", "open-sesame")
                .containsEntry("PASSWORD", "open-sesame")
                .containsEntry("HOME", "/root")
                .containsEntry("PATH", "/bin")
                .containsEntry("HOSTNAME", "surrounded")
                .doesNotContainKey("ABSENT");
    }

    @Test
    void variablesTellOfThePodItself() {
        var env = pods.answers("surrounded", "main", "env");

        assertThat(env)
                .containsEntry("NAME", "surrounded")
                .containsEntry("SPACE", "default")
                .containsEntry("UID", cluster.field("pod", "surrounded", "{.metadata.uid}"))
                .containsEntry("APP", "shop")
                .containsEntry("NOTE", "hello")
                .containsEntry("POD_IP", cluster.field("pod", "surrounded", "{.status.podIP}"))
                .containsEntry("HOST_IP", cluster.field("pod", "surrounded", "{.status.hostIP}"))
                .containsEntry("NODE", "node-1")
                .containsEntry("CPU", "2")
                .containsEntry("MILLIS", "1500")
                .containsEntry("MEMORY", Integer.toString(64 << 20))
                .containsEntry("REQUEST", "32");
    }

    @Test
    void namesAndFilesInEtcAreThePods() {
        String script =
                """
                echo hostname=$(hostname); echo file=$(cat /etc/hostname)
                echo own=$(grep "$(hostname)" /etc/hosts | tr '\\t' ' ')
                echo local=$(grep -c '^127.0.0.1[[:space:]]*localhost' /etc/hosts)
                echo search=$(grep ^search /etc/resolv.conf)
                echo server=$(grep -c '^nameserver 10[.]' /etc/resolv.conf)
                echo options=$(grep ^options /etc/resolv.conf)
                echo shm=$(stat -f -c %T /dev/shm):$(stat -c %a /dev/shm)
                echo room=$(df -k /dev/shm | tail -1 | awk '{print $2}')
                echo x > /dev/shm/x && echo wrote=yes
                """;

        var surrounded = pods.answers("surrounded", "main", script);
        var named = pods.answers("named-pod", "main", script);

        String address = cluster.field("pod", "surrounded", "{.status.podIP}");
        assertThat(surrounded)
                .containsEntry("hostname", "surrounded")
                .containsEntry("file", "surrounded")
                .containsEntry("own", address + " surrounded")
                .containsEntry("local", "1")
                .containsEntry(
                        "search",
                        "search default.svc.cluster.local svc.cluster.local cluster.local")
                .containsEntry("server", "1")
                .containsEntry("options", "options ndots:5")
                .containsEntry("shm", "tmpfs:1777")
                .containsEntry("room", "65536")
                .containsEntry("wrote", "yes");
        assertThat(named)
                .containsEntry("hostname", "alice")
                .containsEntry(
                        "own",
                        cluster.field("pod", "named-pod", "{.status.podIP}")
                                + " alice.named.default.svc.cluster.local alice")
                .hasEntrySatisfying(
                        "search", search -> assertThat(search).doesNotContain("cluster.local"));
    }

    @Test
    void containerWaitsForWhatItsVariablesNeed() {
        cluster.awaitField(
                "pod",
                "wanting",
                "{.status.containerStatuses[0].state.waiting.reason}",
                "CreateContainerConfigError");
        assertThat(
                        cluster.field(
                                "pod",
                                "wanting",
                                "{.status.containerStatuses[0].state.waiting.message}"))
                .isEqualTo("configmap \"comes-later\" not found");

        cluster.apply(
                        """
                        apiVersion: v1
                        kind: ConfigMap
                        metadata: {name: comes-later}
                        data: {HERE: now}
                        """)
                .orFail();

        cluster.awaitPhase("wanting", "Running");
        assertThat(pods.answers("wanting", "main", "env")).containsEntry("HERE", "now");
    }
}

package dev.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.apps.v1.Deployment;
import dev.gantry.api.codec.ManifestReader;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.cli.fixture.FakeResources;
import dev.gantry.cli.fixture.TestServer;
import dev.gantry.cli.session.Console;
import dev.gantry.cli.session.Session;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Whole command lines against a server that holds state, over the real channel.
@Timeout(60)
class CommandsTest {
    private static final String WEB =
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: web
            spec:
              replicas: 3
              selector:
                matchLabels: {app: web}
              template:
                metadata:
                  labels: {app: web}
                spec:
                  containers:
                    - name: web
                      image: web:1
            ---
            apiVersion: v1
            kind: Service
            metadata:
              name: web
            spec:
              clusterIP: 10.201.0.7
              selector: {app: web}
              ports:
                - port: 80
            """;

    private static final String POD =
            """
            apiVersion: v1
            kind: Pod
            metadata:
              name: web-1
              namespace: default
              labels: {app: web}
            spec:
              nodeName: n1
              containers:
                - name: web
                  image: web:1
                  ports: [{containerPort: 80, name: http}]
                  env: [{name: A, value: b}]
            status:
              phase: Pending
              podIP: 10.200.0.9
              containerStatuses:
                - name: web
                  image: web:1
                  ready: false
                  restartCount: 2
                  state:
                    waiting: {reason: ImagePullBackOff, message: "no such image: web:1"}
            """;

    @TempDir private Path folder;
    private final FakeResources resources = new FakeResources();
    private TestServer server;
    private String out = "";
    private String err = "";

    @BeforeEach
    void start() throws Exception {
        server = new TestServer(resources);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private int gantry(String... arguments) {
        var outBytes = new ByteArrayOutputStream();
        var errBytes = new ByteArrayOutputStream();
        var console =
                new Console(
                        new ByteArrayInputStream(WEB.getBytes(StandardCharsets.UTF_8)),
                        new PrintStream(outBytes, false, StandardCharsets.UTF_8),
                        new PrintStream(errBytes, false, StandardCharsets.UTF_8),
                        false,
                        false,
                        false);
        int code =
                Gantry.run(
                        List.of(arguments),
                        console,
                        choice -> new Session(console, server.context(), choice));
        out = outBytes.toString(StandardCharsets.UTF_8);
        err = errBytes.toString(StandardCharsets.UTF_8);
        return code;
    }

    private String file(String text) throws Exception {
        return Files.writeString(folder.resolve("app.yaml"), text).toString();
    }

    private void put(String manifest) {
        ManifestReader.read("test", manifest.getBytes(StandardCharsets.UTF_8))
                .forEach(m -> resources.put(m.object()));
    }

    @Test
    void applySaysWhatItDidToEachObject() throws Exception {
        String file = file(WEB);

        assertThat(gantry("apply", "-f", file)).isZero();
        assertThat(out).isEqualTo("deployment.apps/web created\nservice/web created\n");
        gantry("apply", "-f", file(WEB.replace("replicas: 3", "replicas: 4")));
        assertThat(out).isEqualTo("deployment.apps/web configured\nservice/web unchanged\n");
    }

    @Test
    void applyReadsInputAndDryRunStoresNothing() {
        assertThat(gantry("apply", "-f", "-", "--dry-run=server")).isZero();

        assertThat(out).startsWith("deployment.apps/web created (server dry run)\n");
        assertThat(resources.isEmpty()).isTrue();
    }

    @Test
    void badDocumentAmongGoodOnesChangesNothing() throws Exception {
        String bad = WEB.replace("port: 80", "prot: 80").replace("replicas: 3", "replicas: -3");

        assertThat(gantry("apply", "-f", file(bad))).isEqualTo(1);

        assertThat(resources.isEmpty()).isTrue();
        assertThat(err).contains("app.yaml:25:").contains("prot").contains("port");
    }

    @Test
    void everyViolationIsToldWithItsPlace() throws Exception {
        String bad = WEB.replace("port: 80", "port: 80000").replace("replicas: 3", "replicas: -3");

        assertThat(gantry("apply", "-f", file(bad))).isEqualTo(1);

        assertThat(err).contains("app.yaml:6:").contains("spec.replicas");
        assertThat(err).contains("app.yaml:25:").contains("spec.ports[0].port");
        assertThat(resources.isEmpty()).isTrue();
    }

    @Test
    void refusalOfTheServerIsPlacedInTheFile() throws Exception {
        String refused =
                WEB.replace(
                        "metadata:\n  name: web\nspec:\n  clusterIP",
                        "metadata:\n  name: web\n  annotations: {refuse: x}\nspec:\n  clusterIP");

        assertThat(gantry("apply", "-f", file(refused))).isEqualTo(1);

        assertThat(err).contains("app.yaml:26:").contains("spec.ports[0].port: is taken");
    }

    @Test
    void getPrintsTheTable() {
        put(POD);

        assertThat(gantry("get", "po")).isZero();

        assertThat(out)
                .isEqualTo(
                        """
                        NAME    READY   STATUS             RESTARTS   AGE
                        web-1   0/1     ImagePullBackOff   2          <unknown>
                        """);
        gantry("get", "po", "-o", "wide", "--no-headers");
        assertThat(out).contains("10.200.0.9   n1   <none>");
    }

    @Test
    void getPrintsNamesOfSeveralKindsAndPaths() {
        gantry("apply", "-f", "-");

        gantry("get", "deployments,services", "-o", "name");
        assertThat(out).isEqualTo("deployment.apps/web\nservice/web\n");
        gantry("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}");
        assertThat(out).isEqualTo("10.201.0.7");
        gantry("get", "svc", "-o", "jsonpath={range .items[*]}{.metadata.name}{\"\\n\"}{end}");
        assertThat(out).isEqualTo("web\n");
        gantry("get", "svc", "-o", "yaml");
        assertThat(out).startsWith("apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n");
    }

    @Test
    void whatGetPrintsAppliesUnchanged() throws Exception {
        gantry("apply", "-f", "-");
        gantry("get", "deployment/web", "service/web", "-o", "yaml");

        assertThat(gantry("apply", "-f", file(out))).isZero();
        assertThat(out).isEqualTo("deployment.apps/web unchanged\nservice/web unchanged\n");
    }

    @Test
    void missingObjectIsToldAndFails() {
        assertThat(gantry("get", "pod", "nope")).isEqualTo(1);
        assertThat(err).isEqualTo("error: pod default/nope does not exist\n");
        assertThat(gantry("get", "pod", "nope", "--ignore-not-found")).isZero();
        assertThat(gantry("get", "pods")).isZero();
        assertThat(err).isEqualTo("No pods found in namespace default\n");
    }

    @Test
    void deleteTakesWhatTheFileDescribes() throws Exception {
        gantry("apply", "-f", "-");

        assertThat(gantry("delete", "-f", file(WEB))).isZero();

        assertThat(out).isEqualTo("service/web deleted\ndeployment.apps/web deleted\n");
        assertThat(resources.isEmpty()).isTrue();
    }

    @Test
    void describeTellsWhyAPodDoesNotRun() {
        put(POD);

        assertThat(gantry("describe", "pod", "web-1")).isZero();

        assertThat(out)
                .isEqualTo(
                        """
                        Name:             web-1
                        Namespace:        default
                        Labels:           app=web
                        Annotations:      <none>
                        Node:             n1
                        Status:           ImagePullBackOff
                        IP:               10.200.0.9
                        Containers:
                          web:
                            Image:        web:1
                            Ports:        80/TCP (http)
                            Environment:  A=b
                            State:        Waiting: ImagePullBackOff
                                          no such image: web:1
                            Ready:        False
                            Restart Count: 2
                        Node-Selectors:   <none>
                        Events:           <none>
                        """);
    }

    @Test
    void scaleAndRolloutChangeTheDeployment() {
        gantry("apply", "-f", "-");

        assertThat(gantry("scale", "deployment", "web", "--replicas", "5")).isZero();
        assertThat(gantry("rollout", "restart", "deployment/web")).isZero();

        var web = (Deployment) resources.get(new ObjectKey(Kinds.DEPLOYMENT, "default", "web"));
        assertThat(web.getSpec().getReplicas()).isEqualTo(5);
        assertThat(web.getSpec().getTemplate().getMetadata().getAnnotationsMap())
                .containsKey("kubectl.kubernetes.io/restartedAt");
    }

    @Test
    void undoTakesTheTemplateOfTheRevisionBefore() {
        gantry("apply", "-f", "-");
        ObjectKey key = new ObjectKey(Kinds.DEPLOYMENT, "default", "web");
        String uid = ((Deployment) resources.get(key)).getMetadata().getUid();
        put(replicaSet(uid, 1, "web:0"));
        put(replicaSet(uid, 2, "web:1"));

        assertThat(gantry("rollout", "undo", "deploy/web")).isZero();

        assertThat(out).isEqualTo("deployment.apps/web rolled back to revision 1\n");
        var template = ((Deployment) resources.get(key)).getSpec().getTemplate();
        assertThat(template.getSpec().getContainers(0).getImage()).isEqualTo("web:0");
        assertThat(template.getMetadata().getLabelsMap()).doesNotContainKey("pod-template-hash");
    }

    private static String replicaSet(String uid, int revision, String image) {
        return """
        apiVersion: apps/v1
        kind: ReplicaSet
        metadata:
          name: web-%1$s
          namespace: default
          annotations: {deployment.kubernetes.io/revision: "%1$s"}
          ownerReferences:
            - {apiVersion: apps/v1, kind: Deployment, name: web, uid: %2$s, controller: true}
        spec:
          replicas: 0
          selector: {matchLabels: {app: web, pod-template-hash: h%1$s}}
          template:
            metadata: {labels: {app: web, pod-template-hash: h%1$s}}
            spec: {containers: [{name: web, image: "%3$s"}]}
        """
                .formatted(revision, uid, image);
    }

    @Test
    void waitEndsWithTheReasonWhenTimeIsOver() throws Exception {
        put(POD);

        assertThat(gantry("apply", "-f", "-", "--wait", "--timeout", "300ms")).isEqualTo(1);

        assertThat(err).contains("deployment.apps/web: 0 of 3 pods ready");
        assertThat(err).contains("web-1: ImagePullBackOff: no such image: web:1");
    }

    @Test
    void labelsAreSetAndRemoved() {
        put(POD);

        assertThat(gantry("label", "pod", "web-1", "tier=front", "app-")).isZero();

        gantry("get", "pods", "--show-labels", "--no-headers");
        assertThat(out.strip()).endsWith("tier=front");
    }

    @Test
    void mistakesOnTheCommandLineExitWithTwo() {
        assertThat(gantry("aply", "-f", "x")).isEqualTo(2);
        assertThat(err).contains("did you mean apply?");
        assertThat(gantry("get", "pods", "--wacth")).isEqualTo(2);
        assertThat(err).contains("did you mean --watch?");
        assertThat(gantry("scale", "deployment/web")).isEqualTo(2);
        assertThat(gantry("run", "x", "--image")).isEqualTo(2);
    }

    @Test
    void everyCommandHasHelpWithAnExample() {
        for (var command : Gantry.commands().commands()) {
            boolean script = List.of("up", "down", "server", "agent").contains(command.name());
            if (command.hidden() || script || command.action() == null) {
                continue;
            }
            assertThat(gantry(command.name(), "--help")).isZero();
            assertThat(out).startsWith(command.summary()).contains("Examples:\n  ");
        }
    }

    @Test
    void helpOfScale() {
        gantry("scale", "--help");

        assertThat(out)
                .isEqualTo(
                        """
                        Change how many pods a deployment has.

                        Usage: gantry scale KIND/NAME --replicas N

                        Options:
                              --replicas N          how many from now on
                              --current-replicas N  only if it has so many now
                              --wait                until they are ready
                              --timeout DURATION    how long to wait (default 5m)

                        Examples:
                          gantry scale deployment web --replicas 5
                          gantry scale deployment/web --replicas 0

                        Options everywhere: gantry --help
                        """);
    }
}

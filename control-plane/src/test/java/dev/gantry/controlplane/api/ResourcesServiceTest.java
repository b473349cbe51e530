package dev.gantry.controlplane.api;

import static dev.gantry.controlplane.api.Clients.apply;
import static dev.gantry.controlplane.api.Clients.configMap;
import static dev.gantry.controlplane.api.Clients.error;
import static dev.gantry.controlplane.api.Clients.object;
import static dev.gantry.controlplane.api.Clients.pod;
import static dev.gantry.controlplane.api.Clients.ref;
import static dev.gantry.controlplane.api.Clients.write;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.gantry.api.core.v1.ConfigMap;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.Service;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.v1.DeleteRequest;
import dev.gantry.api.v1.GetRequest;
import dev.gantry.api.v1.ListRequest;
import dev.gantry.api.v1.PatchRequest;
import dev.gantry.api.v1.ResourceObject;
import dev.gantry.api.v1.ResourcesGrpc;
import dev.gantry.api.v1.WriteResult;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/// Each test uses names of its own: all share one server, since one costs a second to start.
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ResourcesServiceTest {
    private final ApiServerFixture fixture = start();
    private final ResourcesGrpc.ResourcesBlockingStub client =
            ResourcesGrpc.newBlockingStub(fixture.adminChannel());

    private static ApiServerFixture start() {
        try {
            return ApiServerFixture.start();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeAll
    void systemNamespacesAreThere() {
        assertThat(list(Kinds.NAMESPACE, "", "").stream().map(o -> Meta.of(o).getName()))
                .contains("default", "gantry-system", "kube-system");
    }

    @AfterAll
    void stop() {
        fixture.close();
    }

    @Test
    void createdObjectHasIdentityAndReadsBack() {
        var created = create(configMap("id", "1"));

        var meta = Meta.of(created);
        assertThat(meta.getUid()).hasSize(36);
        assertThat(meta.getCreationTimestamp().getSeconds()).isPositive();
        assertThat(meta.getGeneration()).isEqualTo(1);
        assertThat(meta.getResourceVersion()).isNotEmpty();
        assertThat(get(created)).isEqualTo(created);
    }

    @Test
    void generatedNameIsDrawn() {
        var object = Meta.edit(configMap("", "1"), meta -> meta.setGenerateName("gen-"));

        assertThat(Meta.of(create(object)).getName()).matches("gen-[a-z0-9]{5}");
    }

    @Test
    void batchIsAllOrNone() {
        create(configMap("batch-b", "1"));

        var error =
                error(() ->
                        client.create(write(configMap("batch-a", "1"), configMap("batch-b", "2"))));

        assertThat(error)
                .startsWith(
                        "ALREADY_EXISTS ALREADY_EXISTS configmap default/batch-b already exists");
        assertThat(error(() -> get(configMap("batch-a", ""))))
                .startsWith("NOT_FOUND NOT_FOUND configmap default/batch-a not found");
    }

    @Test
    void objectNeedsItsNamespace() {
        var lost = Meta.edit(configMap("x", "1"), meta -> meta.setNamespace("nowhere"));
        var namespace = object(Kinds.NAMESPACE, "metadata{name:\"nowhere\"}");

        assertThat(error(() -> client.create(write(lost))))
                .startsWith("NOT_FOUND NOT_FOUND namespace nowhere not found");

        assertThat(client.create(write(namespace, lost)).getResultsCount()).isEqualTo(2);
    }

    @Test
    void updateComparesResourceVersion() {
        var first = create(configMap("compare", "1"));
        client.update(write(configMap("compare", "2")));

        assertThat(error(() -> client.update(write(first))))
                .startsWith("ABORTED CONFLICT configmap default/compare: the object has changed");
        assertThat(((ConfigMap) get(first)).getDataMap()).containsEntry("k", "2");
    }

    @Test
    void generationMovesWithSpecOnly() {
        var created =
                create(
                        object(
                                Kinds.DEPLOYMENT,
                                "metadata{name:\"gen\" namespace:\"default\"} spec{"
                                        + deploymentSpec(1)
                                        + "}"));

        var labelled = update(Meta.edit(created, meta -> meta.putLabels("a", "b")));
        var scaled =
                update(
                        Meta.withSpecOf(
                                labelled,
                                object(Kinds.DEPLOYMENT, "spec{" + deploymentSpec(2) + "}")));

        assertThat(Meta.of(labelled).getGeneration()).isEqualTo(1);
        assertThat(Meta.of(scaled).getGeneration()).isEqualTo(2);
    }

    @Test
    void statusIsWrittenApart() {
        var created = create(pod("status", ""));
        var withStatus = Meta.withStatusOf(created, object(Kinds.POD, "status{phase:\"Running\"}"));

        var ignored = update(withStatus);
        var written = client.update(write(withStatus).toBuilder().setSubresource("status").build());

        assertThat(((Pod) ignored).getStatus().getPhase()).isNotEqualTo("Running");
        var after = (Pod) Wire.object(written.getResults(0).getObject());
        assertThat(after.getStatus().getPhase()).isEqualTo("Running");
        assertThat(after.getMetadata().getGeneration()).isEqualTo(1);
    }

    @Test
    void applyCreatesConfiguresAndPrunes() {
        var first =
                client.apply(
                        apply(
                                object(
                                        Kinds.CONFIG_MAP,
                                        "metadata{name:\"ap\" namespace:\"default\"}"
                                                + "data{key:\"a\" value:\"1\"}"
                                                + "data{key:\"b\" value:\"1\"}")));
        var second = object(Kinds.CONFIG_MAP, "metadata{name:\"ap\"} data{key:\"b\" value:\"2\"}");

        var configured = client.apply(apply(second));
        var unchanged = client.apply(apply(second));

        assertThat(first.getResults(0).getAction()).isEqualTo(WriteResult.Action.CREATED);
        assertThat(configured.getResults(0).getAction()).isEqualTo(WriteResult.Action.CONFIGURED);
        assertThat(unchanged.getResults(0).getAction()).isEqualTo(WriteResult.Action.UNCHANGED);
        var stored = (ConfigMap) get(configMap("ap", ""));
        assertThat(stored.getDataMap()).isEqualTo(java.util.Map.of("b", "2"));
        assertThat(stored.getMetadata().getManagedFields(0).getManager()).isEqualTo("gantry");
        assertThat(configured.getResults(0).getObject())
                .isEqualTo(unchanged.getResults(0).getObject());
    }

    @Test
    void dryRunStoresNothing() {
        var shown = client.apply(apply(configMap("dry", "1")).toBuilder().setDryRun(true).build());

        assertThat(Meta.of(Wire.object(shown.getResults(0).getObject())).getUid()).isNotEmpty();
        assertThat(error(() -> get(configMap("dry", "")))).startsWith("NOT_FOUND");
    }

    @Test
    void jsonPatchChangesOneField() {
        var created = create(configMap("patch", "1"));

        client.patch(
                PatchRequest.newBuilder()
                        .setRef(ref(created))
                        .setType(PatchRequest.Type.JSON_PATCH)
                        .setPatch(
                                ByteString.copyFromUtf8(
                                        "[{\"op\":\"add\",\"path\":\"/data/x\",\"value\":\"y\"}]"))
                        .build());

        assertThat(((ConfigMap) get(created)).getDataMap()).containsOnlyKeys("k", "x");
    }

    @Test
    void wrongPatchNamesItsPlace() {
        var created = create(configMap("patch-wrong", "1"));
        var request =
                PatchRequest.newBuilder()
                        .setRef(ref(created))
                        .setType(PatchRequest.Type.JSON_PATCH)
                        .setPatch(
                                ByteString.copyFromUtf8("[{\"op\":\"remove\",\"path\":\"/nope\"}]"))
                        .build();

        assertThat(error(() -> client.patch(request)))
                .startsWith("INVALID_ARGUMENT INVALID patch [0]: /nope does not exist");
    }

    @Test
    void unboundPodGoesAtOnce() {
        var created = create(pod("unbound", ""));

        client.delete(DeleteRequest.newBuilder().setRef(ref(created)).build());

        assertThat(error(() -> get(created))).startsWith("NOT_FOUND");
    }

    @Test
    void boundPodStaysUntilItsNodeLetsGo() {
        var created = create(pod("bound", "nodeName:\"n1\" terminationGracePeriodSeconds: 30"));
        var delete = DeleteRequest.newBuilder().setRef(ref(created));

        var marked = Wire.object(client.delete(delete.build()));
        var again = Wire.object(client.delete(delete.build()));
        var sooner = Wire.object(client.delete(delete.setGracePeriodSeconds(5).build()));

        assertThat(Meta.of(marked).hasDeletionTimestamp()).isTrue();
        assertThat(Meta.of(marked).getDeletionGracePeriodSeconds()).isEqualTo(30);
        assertThat(again).isEqualTo(marked);
        assertThat(Meta.of(sooner).getDeletionGracePeriodSeconds()).isEqualTo(5);
        client.delete(delete.setGracePeriodSeconds(0).build());
        assertThat(error(() -> get(created))).startsWith("NOT_FOUND");
    }

    @Test
    void finalizerHoldsObjectUntilItIsTaken() {
        var created =
                create(Meta.edit(configMap("held", "1"), meta -> meta.addFinalizers("a.b/c")));
        client.delete(DeleteRequest.newBuilder().setRef(ref(created)).build());
        var marked = get(created);

        client.update(write(Meta.edit(marked, meta -> meta.clearFinalizers())));

        assertThat(Meta.of(marked).hasDeletionTimestamp()).isTrue();
        assertThat(error(() -> get(created))).startsWith("NOT_FOUND");
    }

    @Test
    void namespaceTerminatesAndTakesNothingNew() {
        var namespace = create(object(Kinds.NAMESPACE, "metadata{name:\"going\"}"));
        client.delete(DeleteRequest.newBuilder().setRef(ref(namespace)).build());
        var late = Meta.edit(configMap("late", "1"), meta -> meta.setNamespace("going"));

        assertThat(get(namespace).toString()).contains("phase: \"Terminating\"");
        assertThat(error(() -> client.create(write(late))))
                .startsWith("FAILED_PRECONDITION NAMESPACE_TERMINATING");
    }

    @Test
    void systemNamespaceCannotBeDeleted() {
        var request =
                DeleteRequest.newBuilder()
                        .setRef(ref(object(Kinds.NAMESPACE, "metadata{name:\"default\"}")))
                        .build();

        assertThat(error(() -> client.delete(request))).startsWith("PERMISSION_DENIED FORBIDDEN");
    }

    @Test
    void servicesGetDistinctAddresses() {
        var addresses = new HashSet<String>();
        for (int i = 0; i < 20; i++) {
            addresses.add(((Service) create(service("svc-" + i, ""))).getSpec().getClusterIP());
        }

        assertThat(addresses).hasSize(20).allMatch(a -> a.startsWith("10.201."));
        assertThat(
                        error(() ->
                                create(
                                        service(
                                                "svc-dup",
                                                "clusterIP:\""
                                                        + addresses.iterator().next()
                                                        + "\""))))
                .startsWith("INVALID_ARGUMENT INVALID")
                .contains("is taken by another Service");
        assertThat(error(() -> create(service("svc-dns", "clusterIP:\"10.201.0.10\""))))
                .contains("is outside of");
    }

    @Test
    void serviceKeepsItsAddressWhenReplaced() {
        var created = (Service) create(service("svc-keep", ""));

        var replaced = (Service) update(service("svc-keep", "ports{port:81 protocol:\"TCP\"}"));

        assertThat(replaced.getSpec().getClusterIP()).isEqualTo(created.getSpec().getClusterIP());
    }

    @Test
    void pagesShowOneRevision() {
        for (int i = 0; i < 5; i++) {
            create(Meta.edit(configMap("page-" + i, "1"), meta -> meta.putLabels("page", "y")));
        }
        var request =
                ListRequest.newBuilder()
                        .setKind(ref(Kinds.CONFIG_MAP))
                        .setNamespace("default")
                        .setLabelSelector("page=y")
                        .setLimit(2);

        var first = client.list(request.build());
        client.delete(DeleteRequest.newBuilder().setRef(ref(configMap("page-4", ""))).build());
        var second = client.list(request.setContinue(first.getContinue()).build());
        var third = client.list(request.setContinue(second.getContinue()).build());

        assertThat(names(first.getItemsList())).containsExactly("page-0", "page-1");
        assertThat(first.getRemaining()).isEqualTo(3);
        assertThat(names(second.getItemsList())).containsExactly("page-2", "page-3");
        assertThat(names(third.getItemsList())).containsExactly("page-4");
        assertThat(third.getContinue()).isEmpty();
        assertThat(third.getResourceVersion()).isEqualTo(first.getResourceVersion());
        assertThat(error(() -> client.list(request.setContinue("b3RoZXIgOQ").build())))
                .startsWith("OUT_OF_RANGE EXPIRED");
        assertThat(error(() -> client.list(request.setContinue("%%").build())))
                .startsWith("INVALID_ARGUMENT INVALID");
    }

    @Test
    void selectorsSelectAndRefuse() {
        create(pod("sel-a", "nodeName:\"sel\""));
        create(pod("sel-b", "nodeName:\"sel\""));

        assertThat(list(Kinds.POD, "", "spec.nodeName=sel,metadata.name!=sel-a")).hasSize(1);
        assertThat(error(() -> list(Kinds.POD, "", "spec.nope=1")))
                .startsWith("INVALID_ARGUMENT INVALID fieldSelector");
        assertThat(error(() -> list(Kinds.POD, "a in (", "")))
                .startsWith("INVALID_ARGUMENT INVALID labelSelector");
    }

    private static String deploymentSpec(int replicas) {
        return "replicas:"
                + replicas
                + " selector{matchLabels{key:\"a\" value:\"b\"}}"
                + " template{metadata{labels{key:\"a\" value:\"b\"}}"
                + " spec{containers{name:\"c\" image:\"i\"}}}";
    }

    private static Message service(String name, String more) {
        return object(
                Kinds.SERVICE,
                "metadata{name:\"%s\" namespace:\"default\"} spec{ports{port:80}%s}"
                        .formatted(name, more.startsWith("ports") ? "" : " " + more));
    }

    private Message create(Message object) {
        return Wire.object(client.create(write(object)).getResults(0).getObject());
    }

    private Message update(Message object) {
        return Wire.object(client.update(write(object)).getResults(0).getObject());
    }

    private Message get(Message object) {
        return Wire.object(client.get(GetRequest.newBuilder().setRef(ref(object)).build()));
    }

    private List<Message> list(dev.gantry.api.kind.Kind kind, String labels, String fields) {
        return client
                .list(
                        ListRequest.newBuilder()
                                .setKind(ref(kind))
                                .setLabelSelector(labels)
                                .setFieldSelector(fields)
                                .build())
                .getItemsList()
                .stream()
                .map(Wire::object)
                .toList();
    }

    private static List<String> names(List<ResourceObject> objects) {
        var names = new ArrayList<String>();
        objects.forEach(o -> names.add(Meta.of(Wire.object(o)).getName()));
        return names;
    }
}

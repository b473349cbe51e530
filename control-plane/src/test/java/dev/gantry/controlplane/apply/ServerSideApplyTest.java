package dev.gantry.controlplane.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import dev.gantry.api.apps.v1.Deployment;
import dev.gantry.api.apps.v1.DeploymentSpec;
import dev.gantry.api.core.v1.Service;
import dev.gantry.api.kind.Meta;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerSideApplyTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    /// first manifest | what somebody else or a default adds | second manifest | what is stored
    /// then. All are the text form of a Deployment's spec.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    replicas: 2 | | replicas: 3 | replicas: 3
                    replicas: 2 paused: true | | replicas: 2 | replicas: 2
                    paused: true | replicas: 5 | paused: true | replicas: 5 paused: true
                    template{spec{containers{name:"a" image:"x"} containers{name:"b" \
                    image:"y"}}} | | \
                    template{spec{containers{name:"b" image:"z"}}} | \
                    template{spec{containers{name:"b" image:"z"}}}
                    template{spec{containers{name:"a" image:"x"}}} | \
                    template{spec{containers{name:"side" image:"s"}}} | \
                    template{spec{containers{name:"b" image:"y"} containers{name:"a" \
                    image:"x"}}} | \
                    template{spec{containers{name:"b" image:"y"} containers{name:"a" image:"x"} \
                    containers{name:"side" image:"s"}}}
                    template{spec{containers{name:"a" env{name:"X" value:"1"} env{name:"Y" \
                    value:"2"}}}} | | \
                    template{spec{containers{name:"a" env{name:"Y" value:"3"}}}} | \
                    template{spec{containers{name:"a" env{name:"Y" value:"3"}}}}
                    template{spec{containers{name:"a" args:"p" args:"q"}}} | | \
                    template{spec{containers{name:"a" args:"q"}}} | \
                    template{spec{containers{name:"a" args:"q"}}}
                    template{spec{containers{name:"a" \
                    livenessProbe{handler{exec{command:"t"}}}}}} | \
                    template{spec{containers{name:"a" livenessProbe{periodSeconds: 10}}}} | \
                    template{spec{containers{name:"a"}}} | template{spec{containers{name:"a"}}}
                    template{spec{volumes{name:"v" volumeSource{emptyDir{}}}}} | | \
                    template{spec{volumes{name:"v" volumeSource{hostPath{path:"/x"}}}}} | \
                    template{spec{volumes{name:"v" volumeSource{hostPath{path:"/x"}}}}}
                    strategy{type:"RollingUpdate"} | strategy{rollingUpdate{maxSurge{intVal:1}}} | \
                    strategy{type:"Recreate"} | strategy{type:"Recreate"}
                    selector{matchLabels{key:"a" value:"1"}} | | \
                    selector{matchLabels{key:"b" value:"2"}} | \
                    selector{matchLabels{key:"b" value:"2"}}
                    """)
    void secondManifestDecidesWhatItsManagerOwns(
            String first, String added, String second, String expected) throws Exception {
        Message live = ServerSideApply.create(deployment(first), "gantry", NOW);
        if (added != null) {
            live = Merge.over(live, deployment(added), FieldSet.EMPTY, "");
        }

        var merged = ServerSideApply.merge(live, deployment(second), "gantry", NOW);

        assertThat(((Deployment) merged).getSpec()).isEqualTo(deployment(expected).getSpec());
    }

    @Test
    void otherManagersFieldsAreKept() throws Exception {
        var live = ServerSideApply.create(deployment("replicas: 1"), "one", NOW);
        live = ServerSideApply.merge(live, deployment("replicas: 1 paused: true"), "two", NOW);

        var merged = ServerSideApply.merge(live, deployment("minReadySeconds: 3"), "one", NOW);

        assertThat(((Deployment) merged).getSpec())
                .isEqualTo(deployment("replicas: 1 paused: true minReadySeconds: 3").getSpec());
        assertThat(Meta.of(merged).getManagedFieldsList())
                .extracting(e -> e.getManager() + e.getFieldsV1().getRaw().toStringUtf8())
                .containsExactly(
                        "one{\"f:spec\":{\"f:minReadySeconds\":{}}}",
                        "two{\"f:spec\":{\"f:paused\":{},\"f:replicas\":{}}}");
    }

    @Test
    void sameManifestAgainChangesNothing() throws Exception {
        var manifest = deployment("replicas: 1 template{spec{containers{name:\"a\"}}}");
        var live = ServerSideApply.create(manifest, "gantry", NOW);

        var merged = ServerSideApply.merge(live, manifest, "gantry", NOW.plusSeconds(9));

        assertThat(merged).isEqualTo(live);
    }

    @Test
    void labelsAreMergedAndPruned() throws Exception {
        var live = ServerSideApply.create(labelled("a", "1", "b", "2"), "gantry", NOW);
        live = Meta.edit(live, meta -> meta.putLabels("theirs", "x"));

        var merged = ServerSideApply.merge(live, labelled("b", "3"), "gantry", NOW);

        assertThat(Meta.of(merged).getLabelsMap()).containsOnlyKeys("b", "theirs");
        assertThat(Meta.of(merged).getLabelsMap()).containsEntry("b", "3");
    }

    @Test
    void portsAreKeyedByPortAndProtocol() throws Exception {
        var first = service("ports{port:53 protocol:\"UDP\" name:\"u\"} ports{port:53 name:\"t\"}");
        var live = ServerSideApply.create(first, "gantry", NOW);

        var merged =
                ServerSideApply.merge(
                        live, service("ports{port:53 protocol:\"TCP\" name:\"x\"}"), "gantry", NOW);

        assertThat(((Service) merged).getSpec())
                .isEqualTo(service("ports{port:53 protocol:\"TCP\" name:\"x\"}").getSpec());
    }

    @Test
    void keyThatComesTwiceIsNamed() {
        assertThatThrownBy(() ->
                        ServerSideApply.create(
                                deployment(
                                        "template{spec{containers{name:\"a\"}"
                                                + "containers{name:\"a\"}}}"),
                                "gantry",
                                NOW))
                .isInstanceOf(ApplyException.class)
                .hasMessage("has two items with {\"name\":\"a\"}")
                .extracting(e -> ((ApplyException) e).field())
                .isEqualTo("spec.template.spec.containers");
    }

    @Test
    void ownershipReadsBackAsWritten() throws Exception {
        var fields =
                Fields.of(
                        deployment(
                                "template{metadata{labels{key:\"a/b\" value:\"c\"}"
                                        + "finalizers:\"f\"} "
                                        + "spec{containers{name:\"a\""
                                        + "ports{containerPort:80}}}}"));

        assertThat(FieldSet.ofFieldsV1(fields.toFieldsV1())).isEqualTo(fields);
    }

    private static Deployment deployment(String spec) throws TextFormat.ParseException {
        return Deployment.newBuilder()
                .setSpec(TextFormat.parse(spec, DeploymentSpec.class))
                .build();
    }

    private static Service service(String spec) throws TextFormat.ParseException {
        return TextFormat.parse("spec{" + spec + "}", Service.class);
    }

    private static Message labelled(String... pairs) {
        return Meta.edit(
                (Message) Deployment.getDefaultInstance(),
                meta -> {
                    for (int i = 0; i < pairs.length; i += 2) {
                        meta.putLabels(pairs[i], pairs[i + 1]);
                    }
                });
    }
}

package dev.gantry.agent.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.gantry.agent.facts.ConfigException;
import dev.gantry.agent.facts.Objects;
import dev.gantry.agent.facts.PodFacts;
import dev.gantry.agent.session.NodeSettings;
import dev.gantry.agent.session.NodeState;
import dev.gantry.agent.session.ObjectName;
import dev.gantry.api.core.v1.ConfigMap;
import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.EnvVar;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.Secret;
import dev.gantry.api.core.v1.Service;
import dev.gantry.api.resource.Quantity;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EnvironmentTest {
    private final TreeMap<ObjectName, ConfigMap> configMaps = new TreeMap<>();
    private final TreeMap<ObjectName, Secret> secrets = new TreeMap<>();
    private final TreeMap<ObjectName, Service> services = new TreeMap<>();

    private Map<String, String> env(Container.Builder container) {
        var pod = Pod.newBuilder();
        pod.getMetadataBuilder().setNamespace("default").setName("web").putLabels("app", "x");
        pod.getSpecBuilder().addContainers(container);
        var facts = new PodFacts(pod.build(), "n1", "10.0.0.2", "192.0.2.1", 2_000, 1L << 30);
        var state =
                new NodeState(
                        "",
                        0,
                        new NodeSettings("n1", "", "", "", "", "", ""),
                        new TreeMap<>(),
                        configMaps,
                        secrets,
                        services,
                        new TreeMap<>(),
                        new TreeMap<>());
        return new Environment(facts, new Objects(state))
                .of(container.build(), List.of("A=image", "PATH=/opt"));
    }

    private static EnvVar.Builder variable(String name, String value) {
        return EnvVar.newBuilder().setName(name).setValue(value);
    }

    @Test
    void podOverridesImageAndRefersToEarlierNames() {
        var env =
                env(
                        Container.newBuilder()
                                .addEnv(variable("A", "pod"))
                                .addEnv(variable("B", "$(A)-$(LATER)-$$(A)"))
                                .addEnv(variable("LATER", "x")));
        assertThat(env)
                .containsEntry("A", "pod")
                .containsEntry("B", "pod-$(LATER)-$(A)")
                .containsEntry("PATH", "/opt")
                .containsEntry("HOSTNAME", "web");
    }

    @Test
    void missingObjectsAndKeysAreNamed() {
        var variable = variable("K", "");
        variable.getValueFromBuilder()
                .getConfigMapKeyRefBuilder()
                .setKey("k")
                .getLocalObjectReferenceBuilder()
                .setName("conf");
        var container = Container.newBuilder().addEnv(variable);
        assertThatThrownBy(() -> env(container))
                .isInstanceOf(ConfigException.class)
                .hasMessage("configmap \"conf\" not found");
        configMaps.put(new ObjectName("default", "conf"), ConfigMap.getDefaultInstance());
        assertThatThrownBy(() -> env(container))
                .hasMessage("couldn't find key k in ConfigMap default/conf");
        variable.getValueFromBuilder().getConfigMapKeyRefBuilder().setOptional(true);
        assertThat(env(Container.newBuilder().addEnv(variable))).doesNotContainKey("K");
    }

    @Test
    void envFromTakesAllKeysWithPrefix() {
        var secret = Secret.newBuilder().putData("pw", ByteString.copyFromUtf8("s")).build();
        secrets.put(new ObjectName("default", "hush"), secret);
        var container = Container.newBuilder();
        container
                .addEnvFromBuilder()
                .setPrefix("X_")
                .getSecretRefBuilder()
                .getLocalObjectReferenceBuilder()
                .setName("hush");
        assertThat(env(container)).containsEntry("X_pw", "s");
    }

    @Test
    void downwardApiGivesFieldsAndResources() {
        var field = variable("IP", "");
        field.getValueFromBuilder().getFieldRefBuilder().setFieldPath("status.podIP");
        var label = variable("L", "");
        label.getValueFromBuilder().getFieldRefBuilder().setFieldPath("metadata.labels['app']");
        var cpu = variable("CPU", "");
        cpu.getValueFromBuilder().getResourceFieldRefBuilder().setResource("limits.cpu");
        var memory = variable("MEM", "");
        memory.getValueFromBuilder().getResourceFieldRefBuilder().setResource("limits.memory");
        var container =
                Container.newBuilder().addEnv(field).addEnv(label).addEnv(cpu).addEnv(memory);
        container
                .getResourcesBuilder()
                .putLimits("cpu", Quantity.newBuilder().setString("1500m").build());
        assertThat(env(container))
                .containsEntry("IP", "10.0.0.2")
                .containsEntry("L", "x")
                .containsEntry("CPU", "2")
                .containsEntry("MEM", Long.toString(1L << 30));
    }

    @Test
    void servicesOfTheNamespaceAreLinked() {
        var service = Service.newBuilder();
        service.getMetadataBuilder().setNamespace("default").setName("my-db");
        service.getSpecBuilder().setClusterIP("10.201.0.5").addPortsBuilder().setPort(5432);
        services.put(new ObjectName("default", "my-db"), service.build());
        assertThat(env(Container.newBuilder()))
                .containsEntry("MY_DB_SERVICE_HOST", "10.201.0.5")
                .containsEntry("MY_DB_PORT", "tcp://10.201.0.5:5432")
                .containsEntry("MY_DB_PORT_5432_TCP_ADDR", "10.201.0.5");
    }
}

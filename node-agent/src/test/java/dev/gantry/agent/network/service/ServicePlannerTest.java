package dev.gantry.agent.network.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.agent.network.Cidr;
import dev.gantry.agent.network.service.Backends.Backend;
import dev.gantry.api.core.v1.Service;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ServicePlannerTest {

    private static final ServicePort WEB = new ServicePort("10.201.0.20", "tcp", 80);

    private final ServicePlanner planner = new ServicePlanner(Cidr.parse("10.201.0.0/16"));

    @Test
    void onlyReadyEndpointsOfTheSamePortNameAnswer() {
        var slice =
                Objects.slice("web", "TCP", 8080, "10.200.0.6", "10.200.0.5").toBuilder()
                        .addEndpoints(Objects.endpoint("10.200.0.7", false))
                        .build();
        var other =
                Objects.slice("web", "TCP", 9090, "10.200.0.8").toBuilder()
                        .setPorts(0, slice.getPorts(0).toBuilder().setName("admin").setPort(9090))
                        .build();

        assertThat(planner.plan(List.of(service()), List.of(slice, other)))
                .containsOnlyKeys(WEB)
                .containsEntry(
                        WEB,
                        new Backends(
                                List.of(
                                        new Backend("10.200.0.5", 8080),
                                        new Backend("10.200.0.6", 8080)),
                                false));
    }

    @Test
    void headlessForeignAndDangerousAddressesGetNoRules() {
        var slice = Objects.slice("web", "TCP", 8080, "127.0.0.1", "169.254.169.254", "x; drop");
        assertThat(planner.plan(List.of(service()), List.of(slice))).isEmpty();
        var good = Objects.slice("web", "TCP", 8080, "10.200.0.5");
        for (String address : List.of("None", "", "8.8.8.8", "10.201.0.20 . tcp")) {
            Service service = Objects.service("web", address, "TCP", 80);
            assertThat(planner.plan(List.of(service), List.of(good))).isEmpty();
        }
    }

    @Test
    void textOfAChangeDoesNotGrowWithTheNumberOfServices() {
        TreeMap<ServicePort, Backends> before = new TreeMap<>();
        for (int i = 0; i < 10_000; i++) {
            before.put(
                    new ServicePort("10.201." + i / 250 + "." + i % 250, "tcp", 80),
                    new Backends(List.of(new Backend("10.200.0.5", 80)), false));
        }
        TreeMap<ServicePort, Backends> after = new TreeMap<>(before);
        after.put(WEB, new Backends(List.of(new Backend("10.200.0.6", 80)), true));
        RuleChanges changes = new RuleChanges("gantry");
        changes.between(before, after);

        assertThat(changes.text())
                .isEqualTo(
                        """
                        flush chain ip gantry s-10.201.0.20-tcp-80
                        add rule ip gantry s-10.201.0.20-tcp-80 meta l4proto tcp dnat ip to 10.200.0.6:80
                        """);
        RuleChanges none = new RuleChanges("gantry");
        none.between(after, after);
        assertThat(none.isEmpty()).isTrue();
    }

    private static Service service() {
        return Objects.service("web", "10.201.0.20", "TCP", 80);
    }
}

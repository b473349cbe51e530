package dev.gantry.agent.network.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.agent.network.Cidr;
import dev.gantry.agent.network.dns.DnsRecord.Alias;
import dev.gantry.agent.network.dns.DnsRecord.Host;
import dev.gantry.agent.network.dns.DnsRecord.Location;
import dev.gantry.agent.network.dns.DnsRecord.Pointer;
import dev.gantry.agent.network.service.Objects;
import dev.gantry.api.core.v1.Service;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterZoneTest {

    private static final String WEB = "web.default.svc.cluster.local";
    private static final String DB = "db.default.svc.cluster.local";

    private final ClusterZone zone = zone();

    private static ClusterZone zone() {
        Service external =
                Objects.service("ext", "", "TCP", 80).toBuilder()
                        .setSpec(
                                Service.newBuilder()
                                        .getSpecBuilder()
                                        .setType("ExternalName")
                                        .setExternalName("Example.org"))
                        .build();
        var db =
                Objects.slice("db", "TCP", 5432, "10.200.1.5", "10.200.1.6").toBuilder()
                        .addEndpoints(Objects.endpoint("10.200.1.7", false))
                        .addEndpoints(
                                Objects.endpoint("10.200.1.8", true).toBuilder()
                                        .setHostname("db-0"))
                        .build();
        return new ClusterZoneBuilder(
                        "cluster.local",
                        List.of(Cidr.parse("10.200.0.0/16"), Cidr.parse("10.201.0.0/16")))
                .build(
                        List.of(
                                Objects.service("web", "10.201.0.20", "TCP", 80),
                                Objects.service("db", "None", "TCP", 5432),
                                external),
                        List.of(db));
    }

    private DnsAnswer ask(String name, int type) {
        return zone.answer(name, type, 0).orElseThrow();
    }

    @Test
    void serviceHasItsAddressPortAndReverseName() {
        assertThat(ask(WEB, DnsWire.TYPE_A).records())
                .containsExactly(new Host(WEB, Cidr.address("10.201.0.20")));
        assertThat(ask("_web._tcp." + WEB, DnsWire.TYPE_SRV).records())
                .containsExactly(new Location("_web._tcp." + WEB, 80, WEB));
        assertThat(ask("20.0.201.10.in-addr.arpa", DnsWire.TYPE_PTR).records())
                .containsExactly(new Pointer("20.0.201.10.in-addr.arpa", WEB));
    }

    @Test
    void headlessServiceHasItsReadyPods() {
        assertThat(ask(DB, DnsWire.TYPE_A).records())
                .containsExactly(
                        new Host(DB, Cidr.address("10.200.1.5")),
                        new Host(DB, Cidr.address("10.200.1.6")),
                        new Host(DB, Cidr.address("10.200.1.8")));
        assertThat(ask("db-0." + DB, DnsWire.TYPE_A).records())
                .containsExactly(new Host("db-0." + DB, Cidr.address("10.200.1.8")));
        assertThat(ask("_web._tcp." + DB, DnsWire.TYPE_SRV).records())
                .contains(new Location("_web._tcp." + DB, 5432, "10-200-1-5." + DB))
                .hasSize(3);
        assertThat(ask("8.1.200.10.in-addr.arpa", DnsWire.TYPE_PTR).records())
                .containsExactly(new Pointer("8.1.200.10.in-addr.arpa", "db-0." + DB));
    }

    @Test
    void addressesTakeTurnsInFront() {
        assertThat(zone.answer(DB, DnsWire.TYPE_A, 0).orElseThrow().records().getFirst())
                .isNotEqualTo(
                        zone.answer(DB, DnsWire.TYPE_A, 1).orElseThrow().records().getFirst());
    }

    @Test
    void podsAreNamedByTheirAddress() {
        String name = "10-200-3-4.default.pod.cluster.local";
        assertThat(ask(name, DnsWire.TYPE_A).records())
                .containsExactly(new Host(name, Cidr.address("10.200.3.4")));
        assertThat(ask("8-8-8-8.default.pod.cluster.local", DnsWire.TYPE_A).code())
                .isEqualTo(DnsWire.NO_SUCH_NAME);
    }

    @Test
    void externalNameIsAnAlias() {
        assertThat(ask("ext.default.svc.cluster.local", DnsWire.TYPE_A).records())
                .containsExactly(new Alias("ext.default.svc.cluster.local", "example.org"));
    }

    @Test
    void absentNamesAndAbsentTypesDiffer() {
        DnsAnswer noName = ask("nope.default.svc.cluster.local", DnsWire.TYPE_A);
        assertThat(noName.code()).isEqualTo(DnsWire.NO_SUCH_NAME);
        assertThat(noName.authority()).hasSize(1);
        DnsAnswer noType = ask(WEB, DnsWire.TYPE_AAAA);
        assertThat(noType.code()).isEqualTo(DnsWire.NO_ERROR);
        assertThat(noType.records()).isEmpty();
        assertThat(noType.authority()).hasSize(1);
        assertThat(ask("default.svc.cluster.local", DnsWire.TYPE_A).code())
                .isEqualTo(DnsWire.NO_ERROR);
        assertThat(ask("9.0.201.10.in-addr.arpa", DnsWire.TYPE_PTR).code())
                .isEqualTo(DnsWire.NO_SUCH_NAME);
    }

    @Test
    void otherNamesAreNotOurs() {
        assertThat(zone.answer("example.org", DnsWire.TYPE_A, 0)).isEmpty();
        assertThat(zone.answer("8.8.8.8.in-addr.arpa", DnsWire.TYPE_PTR, 0)).isEmpty();
        assertThat(zone.answer("notcluster.local", DnsWire.TYPE_A, 0)).isEmpty();
    }
}

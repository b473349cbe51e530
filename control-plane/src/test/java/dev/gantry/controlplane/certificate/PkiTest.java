package dev.gantry.controlplane.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PkiTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    @TempDir Path data;

    @Test
    void openingTwiceChangesNoFile() throws IOException {
        open(NOW);
        var first = files();

        open(NOW.plus(Duration.ofDays(1)));

        assertThat(files()).isEqualTo(first);
    }

    @Test
    void keysAndAdminConfigAreForTheOwnerOnly() throws IOException {
        open(NOW);

        assertThat(files().keySet()).contains("pki/ca.key", "pki/server.key", "admin.yaml");
        for (var name : files().keySet()) {
            if (name.endsWith(".key") || name.equals("admin.yaml")) {
                var mode = Files.getPosixFilePermissions(data.resolve(name));
                assertThat(PosixFilePermissions.toString(mode)).as(name).isEqualTo("rw-------");
            }
        }
    }

    @Test
    void certificateIsRenewedInItsLastThird() {
        var pki = open(NOW);
        var before = pki.server().certificate();

        assertThat(pki.renew(NOW.plus(Duration.ofDays(200)))).isFalse();
        assertThat(pki.renew(NOW.plus(Duration.ofDays(250)))).isTrue();

        assertThat(pki.server().certificate()).isNotEqualTo(before);
    }

    @Test
    void newHostNameMakesOnlyServersAnew() throws IOException {
        open(NOW);
        var first = files();

        Pki.open(data, List.of("cp1", "10.0.0.9"), "cp1:7420", NOW);

        var changed = new HashMap<>(files());
        first.forEach(changed::remove);
        assertThat(changed.keySet())
                .contains("pki/server.crt", "pki/etcd-server.crt", "admin.yaml")
                .doesNotContain("pki/ca.crt", "pki/admin.crt", "pki/etcd-client.crt");
    }

    @Test
    void crashBetweenKeyAndCertificateIsRepaired() throws IOException {
        open(NOW);
        Files.writeString(
                data.resolve("pki/server.key"), Files.readString(data.resolve("pki/admin.key")));
        Files.delete(data.resolve("pki/admin.crt"));

        var pki = open(NOW);

        assertThat(KeyPairs.match(pki.server().certificate().getPublicKey(), pki.server().key()))
                .isTrue();
        assertThat(pki.admin().certificate().getSubjectX500Principal().getName())
                .isEqualTo("CN=admin,O=gantry:admins");
    }

    @Test
    void authorityWithoutItsKeyIsNeverReplaced() throws IOException {
        open(NOW);
        Files.delete(data.resolve("pki/ca.key"));

        assertThatThrownBy(() -> open(NOW))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("ca.key is missing");
    }

    @Test
    void damagedCertificateIsNamed() throws IOException {
        open(NOW);
        Files.writeString(data.resolve("pki/server.crt"), "not a certificate");

        assertThatThrownBy(() -> open(NOW))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("server.crt holds no certificate");
    }

    @Test
    void etcdTrustsAnotherAuthorityThanNodesHave() throws GeneralSecurityException {
        var pki = open(NOW);
        var etcd = Pem.readCertificates("etcd", SafeFile.read(pki.etcdAuthorityFile())).getFirst();
        var node = pki.authority().issue(CertificateProfile.node("n1"), NOW).certificate();

        node.verify(pki.authority().certificate().getPublicKey());

        assertThatThrownBy(() -> node.verify(etcd.getPublicKey()))
                .isInstanceOf(GeneralSecurityException.class);
    }

    private Pki open(Instant now) {
        return Pki.open(data, List.of("cp1"), "127.0.0.1:7420", now);
    }

    private Map<String, String> files() throws IOException {
        var contents = new HashMap<String, String>();
        try (var paths = Files.walk(data)) {
            for (var path : paths.filter(Files::isRegularFile).toList()) {
                contents.put(data.relativize(path).toString(), Files.readString(path));
            }
        }
        return contents;
    }
}

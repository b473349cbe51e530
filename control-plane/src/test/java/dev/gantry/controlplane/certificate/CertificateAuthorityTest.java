package dev.gantry.controlplane.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CertificateAuthorityTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final SecureRandom RANDOM = new SecureRandom();

    private final CertificateAuthority authority = CertificateAuthority.create("test", NOW, RANDOM);

    @Test
    void nodeCertificateNamesNodeWhateverItsRequestSays() throws Exception {
        var pair = TestRequests.pair("EC", 256);

        var key =
                CertificateRequest.publicKey(
                        TestRequests.request("CN=admin,O=gantry:admins", pair, pair));
        var chain = authority.sign(CertificateProfile.node("n1"), key, NOW);

        assertThat(chain.getFirst().getSubjectX500Principal().getName())
                .isEqualTo("CN=gantry:node:n1,O=gantry:nodes");
        assertThat(chain.getFirst().getPublicKey()).isEqualTo(pair.getPublic());
        assertThat(chain.getFirst().getBasicConstraints()).isEqualTo(-1);
        chain.getFirst().verify(authority.certificate().getPublicKey());
    }

    @Test
    void requestForSomebodyElsesKeyIsRefused() throws Exception {
        var text =
                TestRequests.request(
                        "CN=n1", TestRequests.pair("EC", 256), TestRequests.pair("EC", 256));

        assertThatThrownBy(() -> CertificateRequest.publicKey(text))
                .hasMessage("certificate request is not signed with its own key");
    }

    @Test
    void weakKeyIsRefused() throws Exception {
        var pair = TestRequests.pair("RSA", 1024);
        var text = TestRequests.request("CN=n1", pair, pair);

        assertThatThrownBy(() -> CertificateRequest.publicKey(text))
                .hasMessageContaining("RSA key of 2048 bits");
    }

    @Test
    void textThatIsNoRequestIsRefused() {
        assertThatThrownBy(() -> CertificateRequest.publicKey("hello"))
                .hasMessage("certificate request is not PEM of PKCS #10");
        assertThatThrownBy(() -> CertificateRequest.publicKey("x".repeat(9000)))
                .hasMessageContaining("longer than 8192");
    }

    @Test
    void joinTokenReadsBackAndHidesItsSecret() {
        var token = JoinToken.random(authority.hash(), RANDOM);

        assertThat(JoinToken.parse(" " + token.text() + "\n")).contains(token);
        assertThat(JoinToken.parse(token.text().substring(1))).isEmpty();
        assertThat(JoinToken.parse(token.text() + "0")).isEmpty();
        assertThat(token.toString()).doesNotContain(token.secret());
    }
}

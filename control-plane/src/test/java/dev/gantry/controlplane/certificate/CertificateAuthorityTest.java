package dev.gantry.controlplane.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringWriter;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Instant;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;

class CertificateAuthorityTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final SecureRandom RANDOM = new SecureRandom();

    private final CertificateAuthority authority = CertificateAuthority.create("test", NOW, RANDOM);

    @Test
    void nodeCertificateNamesNodeWhateverItsRequestSays() throws Exception {
        var pair = pair("EC", 256);

        var key = CertificateRequest.publicKey(request("CN=admin,O=gantry:admins", pair, pair));
        var chain = authority.sign(CertificateProfile.node("n1"), key, NOW);

        assertThat(chain.getFirst().getSubjectX500Principal().getName())
                .isEqualTo("CN=gantry:node:n1,O=gantry:nodes");
        assertThat(chain.getFirst().getPublicKey()).isEqualTo(pair.getPublic());
        assertThat(chain.getFirst().getBasicConstraints()).isEqualTo(-1);
        chain.getFirst().verify(authority.certificate().getPublicKey());
    }

    @Test
    void requestForSomebodyElsesKeyIsRefused() throws Exception {
        var text = request("CN=n1", pair("EC", 256), pair("EC", 256));

        assertThatThrownBy(() -> CertificateRequest.publicKey(text))
                .hasMessage("certificate request is not signed with its own key");
    }

    @Test
    void weakKeyIsRefused() throws Exception {
        var pair = pair("RSA", 1024);
        var text = request("CN=n1", pair, pair);

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

    private static KeyPair pair(String algorithm, int bits) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    private static String request(String name, KeyPair owner, KeyPair signer)
            throws OperatorCreationException, IOException {
        var algorithm =
                signer.getPrivate().getAlgorithm().equals("RSA")
                        ? "SHA256withRSA"
                        : "SHA256withECDSA";
        var request =
                new JcaPKCS10CertificationRequestBuilder(new X500Name(name), owner.getPublic())
                        .build(new JcaContentSignerBuilder(algorithm).build(signer.getPrivate()));
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            writer.writeObject(request);
        }
        return text.toString();
    }
}

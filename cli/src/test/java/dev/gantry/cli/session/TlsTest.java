package dev.gantry.cli.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.cli.fixture.TestServer;
import java.net.InetAddress;
import java.net.Socket;
import java.security.Principal;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TlsTest {
    private TestServer server;
    private Context right;

    @BeforeEach
    void serve() throws Exception {
        server = new TestServer();
        right = server.context();
    }

    @AfterEach
    void close() {
        server.close();
    }

    private void shakeHands(Context context, String host) throws Exception {
        Socket plain = new Socket(InetAddress.getLoopbackAddress(), right.port());
        try (SSLSocket socket =
                (SSLSocket)
                        Tls.of(context)
                                .getSocketFactory()
                                .createSocket(plain, host, right.port(), true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            // The server's view of our certificate comes after our side is done.
            assertThat(socket.getInputStream().read()).isNotNegative();
        }
    }

    @Test
    void bothSidesAreContent() {
        assertThatCode(() -> shakeHands(right, "localhost")).doesNotThrowAnyException();
    }

    @Test
    void serverOfAnotherAuthorityIsRefused() {
        Context other =
                new Context(
                        "other",
                        right.server(),
                        "",
                        right.clientCertificate(),
                        right.clientCertificate(),
                        right.clientKey(),
                        "default");

        assertThatThrownBy(() -> shakeHands(other, "localhost"))
                .isInstanceOf(SSLHandshakeException.class)
                .hasMessageContaining("path");
    }

    @Test
    void serverUnderAnotherNameIsRefused() {
        assertThatThrownBy(() -> shakeHands(right, "other.example"))
                .isInstanceOf(SSLHandshakeException.class)
                .hasMessageContaining("other.example");
    }

    @Test
    void textThatIsNoCredentialIsNamed() {
        assertThatThrownBy(() -> Tls.of("none", "none", "none"))
                .isInstanceOf(CommandException.class)
                .hasMessageStartingWith("the credentials cannot be used: ");
    }

    @Test
    void theCertificateIsShownToWhoAsksForItsKindOfKey() throws Exception {
        var own =
                new OwnCertificate(
                        Tls.privateKey(right.clientKey(), "EC"),
                        Tls.certificates(right.clientCertificate()));
        Principal[] any = {};

        assertThat(own.chooseClientAlias(new String[] {"RSA", "EC"}, any, null)).isEqualTo("own");
        assertThat(own.chooseClientAlias(new String[] {"RSA"}, any, null)).isNull();
        assertThat(own.getCertificateChain("own")).hasSize(1);
        assertThat(own.getPrivateKey("another")).isNull();
    }
}

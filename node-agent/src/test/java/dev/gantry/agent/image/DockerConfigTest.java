package dev.gantry.agent.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.agent.image.RegistryCredentials.Login;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class DockerConfigTest {
    @Test
    void loginsAreReadInAllTheirForms() {
        String hub = auth("me:pa:ss");
        DockerConfig config =
                parse(
                        "{'auths':{"
                                + "'https://index.docker.io/v1/':{'auth':'%s'},".formatted(hub)
                                + "'a.example':{'username':'u','password':'p','email':'x'},"
                                + "'b.example':{'auth':'%s','identitytoken':'token'},"
                                        .formatted(auth("me:"))
                                + "'c.example':{'auth':'%s'}".formatted(auth("me:padded\0\0"))
                                + "},'HttpHeaders':{'a':'b'}}");

        assertThat(config.credentials().logins())
                .containsExactly(
                        new Login("https://index.docker.io/v1/", "me", "pa:ss"),
                        new Login("a.example", "u", "p"),
                        new Login("b.example", "", "token"),
                        new Login("c.example", "me", "padded"));
        assertThat(config.store()).isEmpty();
    }

    @Test
    void entriesThatCannotBeReadArePassedOver() {
        DockerConfig config =
                parse(
                        "{'auths':{'a':{},'b':7,'c':{'auth':'%%%'},'d':{'auth':'"
                                + auth("nocolon")
                                + "'},'e':{'username':['u']},"
                                + "'f':{'username':'u','password':'p'}}}");

        assertThat(config.credentials().logins()).containsExactly(new Login("f", "u", "p"));
        assertThat(parse("{'auths':[]}").credentials().logins()).isEmpty();
        assertThat(parse("[]").credentials().logins()).isEmpty();
    }

    @Test
    void helpersAreFoundByRegistry() {
        DockerConfig config =
                parse(
                        "{'credHelpers':{'https://index.docker.io/v1/':'hub','b':7},"
                                + "'credsStore':'pass'}");

        assertThat(config.helpers()).containsExactly(java.util.Map.entry("docker.io", "hub"));
        assertThat(config.store()).isEqualTo("pass");
    }

    @Test
    void legacyFormIsTheLoginsAlone() {
        byte[] json = json("{'auths':{'auth':'%s'}}".formatted(auth("u:p")));

        assertThat(DockerConfig.parseLegacy(json).credentials().logins())
                .containsExactly(new Login("auths", "u", "p"));
    }

    @Test
    void whatIsNotJsonIsRefusedWithoutShowingIt() {
        assertThatThrownBy(() -> parse("{'auths':{'a':{'password':'hunter2'"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .hasMessageNotContaining("hunter2");
        assertThat(parse("{'auths':{'a':{'username':'u','password':'hunter2'}}}").toString())
                .doesNotContain("hunter2");
    }

    @Test
    void longestPlaceIsTriedFirst() {
        RegistryCredentials credentials =
                new RegistryCredentials(
                        List.of(
                                new Login("", "any", "1"),
                                new Login("r.example", "host", "2"),
                                new Login("r.example/team", "team", "3"),
                                new Login("r.example/tea", "cut", "4"),
                                new Login("r.example:443", "port", "5"),
                                new Login("*.example", "star", "6"),
                                new Login("*.r.example", "deeper", "7")));

        assertThat(credentials.loginsFor(ImageReference.parse("r.example/team/app")))
                .extracting(Login::username)
                .containsExactly("team", "host", "star", "any");
        assertThat(credentials.loginsFor(ImageReference.parse("a.b.example/app")))
                .extracting(Login::username)
                .containsExactly("any");
    }

    private static String auth(String pair) {
        return Base64.getEncoder().encodeToString(TinyImage.utf8(pair));
    }

    private static byte[] json(String text) {
        return TinyImage.utf8(text.replace('\'', '"'));
    }

    private static DockerConfig parse(String text) {
        return DockerConfig.parse(json(text));
    }
}

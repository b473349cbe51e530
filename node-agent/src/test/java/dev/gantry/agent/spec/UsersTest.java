package dev.gantry.agent.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.agent.container.User;
import dev.gantry.agent.facts.ConfigException;
import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.PodSecurityContext;
import dev.gantry.api.core.v1.SecurityContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsersTest {
    @TempDir Path directory = Path.of("unset");
    private Path base = directory;
    private Path top = directory;

    @BeforeEach
    void layers() throws IOException {
        base = Files.createDirectories(directory.resolve("base/etc")).getParent();
        top = Files.createDirectories(directory.resolve("top/etc")).getParent();
        Files.writeString(
                base.resolve("etc/passwd"),
                "root:x:0:0::/root:/bin/sh\nwww:x:33:34::/srv:/bin/sh\n");
        Files.writeString(base.resolve("etc/group"), "root:x:0:\nextra:x:44:www,other\n");
    }

    private User user(PodSecurityContext.Builder pod, SecurityContext.Builder own, String image) {
        var container = Container.newBuilder().setSecurityContext(own).build();
        return new Users(new LayerFiles(List.of(base, top)))
                .of(pod.build(), container, image, true)
                .user();
    }

    private User user(String image) {
        return user(PodSecurityContext.newBuilder(), SecurityContext.newBuilder(), image);
    }

    @Test
    void imageUserIsLookedUpInTheImage() {
        assertThat(user("")).isEqualTo(User.ROOT);
        assertThat(user("www")).isEqualTo(new User(33, 34, List.of(44L)));
        assertThat(user("33")).isEqualTo(new User(33, 34, List.of(44L)));
        assertThat(user("www:extra")).isEqualTo(new User(33, 44, List.of()));
        assertThat(user("1000:7")).isEqualTo(new User(1000, 7, List.of()));
        assertThatThrownBy(() -> user("nobody"))
                .hasMessage("unable to find user nobody: no matching entries in passwd file");
    }

    @Test
    void upperLayerWins() throws IOException {
        Files.writeString(top.resolve("etc/passwd"), "www:x:99:99::/:/bin/sh\n");
        assertThat(user("www").uid()).isEqualTo(99);
    }

    @Test
    void noLinkLeadsOutOfTheImage() throws IOException {
        var outside = directory.resolve("outside");
        Files.writeString(outside, "www:x:1:1::/:/bin/sh\n");
        Files.createSymbolicLink(top.resolve("etc/passwd"), outside);
        assertThatThrownBy(() -> user("www")).isInstanceOf(ConfigException.class);
        Files.delete(top.resolve("etc/passwd"));
        Files.createSymbolicLink(top.resolve("etc/passwd"), Path.of("../../../etc/real"));
        Files.writeString(base.resolve("etc/real"), "www:x:55:55::/:/bin/sh\n");
        assertThat(user("www").uid()).isEqualTo(55);
    }

    @Test
    void securityContextsOverrideAndRestrict() {
        var pod = PodSecurityContext.newBuilder().setRunAsUser(33).setFsGroup(70);
        assertThat(user(pod, SecurityContext.newBuilder(), ""))
                .isEqualTo(new User(33, 34, List.of(44L, 70L)));
        var nonRoot = SecurityContext.newBuilder().setRunAsNonRoot(true);
        assertThatThrownBy(() -> user(PodSecurityContext.newBuilder(), nonRoot, ""))
                .hasMessage("container has runAsNonRoot and image will run as root");
        var high = SecurityContext.newBuilder().setRunAsUser(65_536);
        assertThatThrownBy(() -> user(PodSecurityContext.newBuilder(), high, ""))
                .hasMessageContaining("user id 65536 is outside the pod's range");
    }
}

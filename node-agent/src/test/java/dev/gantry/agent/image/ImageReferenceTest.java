package dev.gantry.agent.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.loop.SeededTest;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageReferenceTest {
    private static final String HEX = "a".repeat(64);

    @ParameterizedTest
    @CsvSource({
        "busybox, docker.io/library/busybox:latest",
        "busybox:1.36, docker.io/library/busybox:1.36",
        "user/app, docker.io/user/app:latest",
        "docker.io/busybox, docker.io/library/busybox:latest",
        "index.docker.io/library/busybox, docker.io/library/busybox:latest",
        "localhost/app, localhost/app:latest",
        "localhost:5000/app:v1, localhost:5000/app:v1",
        "Upper/app, Upper/app:latest",
        "127.0.0.1:5000/a/b/c__d, 127.0.0.1:5000/a/b/c__d:latest",
        "[::1]:5000/app, [::1]:5000/app:latest",
        "gantry.dev/examples/web:1, gantry.dev/examples/web:1"
    })
    void nameIsQualifiedAsDockerDoesIt(String text, String qualified) {
        assertThat(ImageReference.parse(text)).hasToString(qualified);
        assertThat(ImageReference.parse(qualified)).hasToString(qualified);
    }

    @ParameterizedTest
    @ValueSource(strings = {"app@sha256:", "r.io/app:1@sha256:"})
    void digestIsKept(String prefix) {
        ImageReference reference = ImageReference.parse(prefix + HEX);

        assertThat(reference.tagOrDigest()).isEqualTo("sha256:" + HEX);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "App",
                "a//b",
                "/a",
                "a/",
                "a:",
                "a:b:c/",
                "a@sha256:12",
                "a@md5:1",
                ":1",
                "-a",
                "a_",
                "http://a/b",
                "a b",
                "r.io:x/a",
                "a:-x",
                "r.io/A/b",
                "a\n"
            })
    void otherTextIsRefused(String text) {
        assertThatThrownBy(() -> ImageReference.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("invalid image name");
    }

    @SeededTest(seeds = 200)
    void anyTextIsReadOrRefused(SplittableRandom random) {
        String alphabet = "aZ0.:/@-_[] sha256\u00e9\0";
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(60);
        for (int i = 0; i < length; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        try {
            ImageReference reference = ImageReference.parse(text.toString());

            assertThat(ImageReference.parse(reference.toString())).isEqualTo(reference);
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageStartingWith("invalid image name");
        }
    }
}

package dev.gantry.agent.volume;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gantry.agent.container.IdRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files are given to other users: root only.
@Tag("root")
class AtomicDirectoryTest {
    @TempDir Path directory = Path.of("unset");

    private static Content content(String... pairs) {
        var files = new TreeMap<String, Content.FileContent>();
        for (int i = 0; i < pairs.length; i += 2) {
            files.put(
                    pairs[i], new Content.FileContent(ByteString.copyFromUtf8(pairs[i + 1]), 0640));
        }
        return new Content(files);
    }

    @Test
    void updatesSwapAllFilesAtOnceAndRemoveOldOnes() throws IOException {
        var owner = new Owner(new IdRange(1_000_000, 65_536), 7);
        var volume = new AtomicDirectory(directory, owner);
        assertThat(volume.write(content("a", "1", "dir/b", "2"))).isTrue();
        assertThat(volume.write(content("a", "1", "dir/b", "2"))).isFalse();
        assertThat(Files.readString(directory.resolve("dir/b"))).isEqualTo("2");
        assertThat(Files.getAttribute(directory.resolve("a"), "unix:uid")).isEqualTo(1_000_000);
        assertThat(Files.getAttribute(directory.resolve("a"), "unix:gid")).isEqualTo(1_000_007);
        assertThat((Integer) Files.getAttribute(directory.resolve("a"), "unix:mode") & 0777)
                .isEqualTo(0640);
        assertThat(volume.write(content("c", "3"))).isTrue();
        assertThat(directory.resolve("a")).doesNotExist();
        assertThat(Files.readString(directory.resolve("c"))).isEqualTo("3");
        try (var children = Files.list(directory)) {
            assertThat(children.filter(c -> c.getFileName().toString().startsWith("..v")))
                    .hasSize(1);
        }
    }
}

package dev.gantry.agent.volume;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContentTest {
    @Test
    void noPathLeadsOutOfTheVolume() {
        for (var path : new String[] {"../x", "a/../../x", "/etc/passwd", "", "..data"}) {
            var file = new Content.FileContent(ByteString.EMPTY, 0644);
            assertThatThrownBy(() -> Content.of(Map.of(path, file)))
                    .as(path)
                    .isInstanceOf(VolumeException.class);
        }
    }
}

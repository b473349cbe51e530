package dev.gantry.cli.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.cli.transport.HpackTables.Header;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class HpackTest {

    @Test
    void headersSurviveTheWay() throws Exception {
        var headers =
                List.of(
                        new Header(":method", "POST"),
                        new Header("x", "y".repeat(300)),
                        new Header("te", "trailers"));

        assertThat(Hpack.decode(Hpack.encode(headers))).isEqualTo(headers);
    }

    /// RFC 7541, appendix C.4.1.
    @Test
    void huffmanCodedRequestOfTheStandardIsRead() throws Exception {
        byte[] block = HexFormat.of().parseHex("828684418cf1e3c2e5f23a6ba0ab90f4ff");

        assertThat(Hpack.decode(block))
                .containsExactly(
                        new Header(":method", "GET"),
                        new Header(":scheme", "http"),
                        new Header(":path", "/"),
                        new Header(":authority", "www.example.com"));
    }

    @Test
    void blockCutShortIsRefused() {
        assertThatThrownBy(() -> Hpack.decode(new byte[] {0x40, 0x0a, 'c'}))
                .isInstanceOf(Http2Exception.class)
                .hasMessageContaining("cut short");
    }
}

package dev.gantry.api.quantity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class QuantitiesTest {

    @Test
    void writesTheCanonicalForm() {
        assertCanonical("0.5", "500m");
        assertCanonical("1024Mi", "1Gi");
        assertCanonical("1.5Gi", "1536Mi");
        assertCanonical("1000", "1k");
        assertCanonical("1e3", "1e3");
        assertCanonical("0.1Ki", "102400m");
        assertCanonical("1.0001n", "2n");
        assertCanonical("0.5Ki", "512");
        assertCanonical("10e9999999", "9223372036854775807");
    }

    @Test
    void refusesWhatIsNoQuantity() {
        for (String text :
                List.of("", ".", "1 ", "1K", "1ki", "1mm", "e3", "0x10", "--1", "1Gi5")) {
            assertThatThrownBy(() -> Quantities.parse(text))
                    .as(text)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static void assertCanonical(String text, String canonical) {
        assertThat(Quantities.parse(text).toString()).as(text).isEqualTo(canonical);
    }
}

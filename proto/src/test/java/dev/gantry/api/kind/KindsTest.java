package dev.gantry.api.kind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import dev.gantry.api.core.v1.PodSpec;
import org.junit.jupiter.api.Test;

class KindsTest {
    @Test
    void aTypeUrlIsThatOfTheMessage() {
        for (Kind kind : Kinds.all()) {
            assertThat(kind.typeUrl()).isEqualTo(Any.pack(kind.prototype()).getTypeUrl());
            assertThat(Kinds.byTypeUrl(kind.typeUrl())).contains(kind);
        }
    }

    @Test
    void anObjectIsOfTheKindOfItsMessage() {
        for (Kind kind : Kinds.all()) {
            assertThat(Kinds.of(kind.prototype().toBuilder().build())).isEqualTo(kind);
        }
        assertThatThrownBy(() -> Kinds.of(PodSpec.getDefaultInstance()))
                .hasMessage("k8s.io.api.core.v1.PodSpec is not a kind of object");
    }
}

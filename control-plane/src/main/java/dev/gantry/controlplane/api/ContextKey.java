package dev.gantry.controlplane.api;

import io.grpc.Context;

/// Where gRPC's context carries the caller.
final class ContextKey {
    static final Context.Key<Caller> CALLER =
            Context.keyWithDefault("gantry-caller", new Caller.Anonymous());

    private ContextKey() {}
}

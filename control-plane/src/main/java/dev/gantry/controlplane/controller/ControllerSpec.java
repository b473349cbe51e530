package dev.gantry.controlplane.controller;

import dev.gantry.api.kind.ObjectKey;
import dev.gantry.controlplane.cache.ChangeEvent;
import dev.gantry.loop.Reconciler;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// One controller to run in a leader's term.
///
/// @param name one of a fixed set: it is a metric's tag
/// @param wakes says which keys a change concerns; called on the subscription's thread, must be
///   quick and never block. At the start of a term it hears every object as added
/// @param workers how many keys are reconciled at once, 1 or more
public record ControllerSpec(
        String name,
        BiConsumer<ChangeEvent, Consumer<ObjectKey>> wakes,
        Reconciler<ObjectKey> reconciler,
        int workers) {}

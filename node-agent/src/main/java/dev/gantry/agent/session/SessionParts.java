package dev.gantry.agent.session;

import dev.gantry.loop.Timer;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;

/// What one connection works with; the same for all connections of an agent.
///
/// @param orderThreads those that carry out orders; they outlive a connection
/// @param connected is told when a session stands
record SessionParts(
        NodeWork work,
        ControlPlaneLink.Connector connector,
        Mailbox mailbox,
        CheckpointSaver saver,
        OrderRunner orders,
        ThreadScope orderThreads,
        ThreadFactory threads,
        Timer timer,
        Consumer<Boolean> connected) {}

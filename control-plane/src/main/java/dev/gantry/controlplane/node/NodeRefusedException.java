package dev.gantry.controlplane.node;

/// The cluster does not take a node, for the reason that the message says.
public final class NodeRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NodeRefusedException(String message) {
        super(message);
    }
}

package dev.gantry.api.codec;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What is gathered while one object is read: problems, warnings, positions; and how much may be
/// read.
final class Reading {
    // Bounds what aliases can make of a small file; a list of 500 full pods has fewer nodes.
    private static final int NODES_MAX = 300_000;

    private final String file;
    private final Strictness strictness;
    private final List<Problem> problems;
    private final List<Problem> warnings;
    private final Map<String, Position> positions = new HashMap<>();
    private int nodes;

    Reading(String file, Strictness strictness, List<Problem> problems, List<Problem> warnings) {
        this.file = file;
        this.strictness = strictness;
        this.problems = problems;
        this.warnings = warnings;
    }

    /// Notes a field's place; false when too much was read already.
    boolean enter(String path, Position at) {
        positions.putIfAbsent(path, at);
        nodes++;
        if (nodes == NODES_MAX) {
            error(path, at, "more than " + NODES_MAX + " values in one object, aliases included");
        }
        return nodes < NODES_MAX;
    }

    void error(String path, Position at, String message) {
        problems.add(new Problem(file, at, path, message));
    }

    /// What strict reading refuses and other reading passes over.
    void lapse(String path, Position at, String message) {
        switch (strictness) {
            case STRICT -> error(path, at, message);
            case WARN -> warnings.add(new Problem(file, at, path, message));
            case IGNORE -> {}
        }
    }

    Positions positions() {
        return new Positions(file, positions);
    }

    static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}

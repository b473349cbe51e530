package dev.gantry.scheduler;

import java.util.Arrays;

/// One resource of all nodes: how much each has, and how much its pods ask for.
final class Column {

    private long[] allocatable = new long[0];
    private long[] requested = new long[0];

    void setAllocatable(int node, long amount) {
        ensure(node);
        allocatable[node] = amount;
    }

    void add(int node, long amount) {
        ensure(node);
        requested[node] += amount;
    }

    /// Below zero on a node that is overcommitted.
    long free(int node) {
        return node < allocatable.length ? allocatable[node] - requested[node] : 0;
    }

    long allocatable(int node) {
        return node < allocatable.length ? allocatable[node] : 0;
    }

    long requested(int node) {
        return node < requested.length ? requested[node] : 0;
    }

    void clear(int node) {
        if (node < allocatable.length) {
            allocatable[node] = 0;
            requested[node] = 0;
        }
    }

    private void ensure(int node) {
        if (node >= allocatable.length) {
            int size = Math.max(16, Integer.highestOneBit(node) * 2);
            allocatable = Arrays.copyOf(allocatable, size);
            requested = Arrays.copyOf(requested, size);
        }
    }
}

package dev.gantry.scheduler;

import java.util.BitSet;

/// Rules nodes out, all at once and column by column.
interface Filter {

    /// Clears the bit of each node in `candidates` that will not do for `template`, and counts why.
    void filter(PodTemplate template, ClusterColumns cluster, BitSet candidates, Rejections why);

    /// Removes `ruledOut` from `candidates` and counts those that were among them.
    static void remove(BitSet candidates, BitSet ruledOut, String what, Rejections why) {
        if (!candidates.intersects(ruledOut)) {
            return;
        }
        int before = candidates.cardinality();
        candidates.andNot(ruledOut);
        why.add(what, before - candidates.cardinality());
    }

    /// Keeps only `allowed` of `candidates` and counts those that were not allowed.
    static void retain(BitSet candidates, BitSet allowed, String what, Rejections why) {
        int before = candidates.cardinality();
        candidates.and(allowed);
        why.add(what, before - candidates.cardinality());
    }
}

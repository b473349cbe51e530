package dev.gantry.scheduler;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;

/// Decides where pods go. Filters rule nodes out, column by column; among those left the least
/// allocated wins, and a drawn starting point breaks ties, so that equal nodes share the load. The
/// same columns, pods and seed give the same decisions.
///
/// Pods of one template are placed as one batch: the filters run once, and each placement changes
/// the score of one node alone. One thread at a time.
public final class Scheduler {

    private static final List<Filter> FILTERS =
            List.of(
                    new NodeNameFilter(),
                    new UnschedulableFilter(),
                    new TaintFilter(),
                    new NodeSelectorFilter(),
                    new HostPortFilter(),
                    new ResourceFilter());

    private record Candidate(int node, double score, int order) implements Comparable<Candidate> {
        @Override
        public int compareTo(Candidate other) {
            int byScore = Double.compare(other.score, score);
            return byScore != 0 ? byScore : Integer.compare(order, other.order);
        }
    }

    private final RandomGenerator random;

    /// @param random breaks ties
    public Scheduler(RandomGenerator random) {
        this.random = random;
    }

    /// Places one pod and counts it in `cluster`.
    public Decision schedule(ClusterColumns cluster, String uid, PodTemplate template) {
        return scheduleAll(cluster, List.of(uid), template).getFirst();
    }

    /// Places pods of one template, in order, and counts each placed one in `cluster`.
    ///
    /// @param uids of the pods
    /// @return one decision for each pod, in the same order
    public List<Decision> scheduleAll(
            ClusterColumns cluster, List<String> uids, PodTemplate template) {
        BitSet feasible = feasible(cluster, template, cluster.allNodes(), new Rejections());
        if (uids.size() == 1 && !feasible.isEmpty()) {
            int best = best(cluster, template, feasible);
            return List.of(place(cluster, uids.getFirst(), template, best));
        }
        PriorityQueue<Candidate> candidates = rank(cluster, template, feasible);
        List<Decision> decisions = new ArrayList<>(uids.size());
        for (String uid : uids) {
            Candidate best = candidates.poll();
            if (best == null) {
                Decision none = explain(cluster, template);
                decisions.addAll(Collections.nCopies(uids.size() - decisions.size(), none));
                break;
            }
            decisions.add(place(cluster, uid, template, best.node()));
            if (fits(cluster, template, best.node())) {
                candidates.add(candidate(cluster, template, best.node(), best.order()));
            }
        }
        return decisions;
    }

    /// Whether a pod of `template` could go to the node with this index now.
    public static boolean fits(ClusterColumns cluster, PodTemplate template, int node) {
        BitSet one = new BitSet();
        one.set(node);
        one.and(cluster.allNodes());
        return !feasible(cluster, template, one, new Rejections()).isEmpty();
    }

    private static BitSet feasible(
            ClusterColumns cluster, PodTemplate template, BitSet candidates, Rejections why) {
        for (Filter filter : FILTERS) {
            if (candidates.isEmpty()) {
                break;
            }
            filter.filter(template, cluster, candidates, why);
        }
        return candidates;
    }

    private PriorityQueue<Candidate> rank(
            ClusterColumns cluster, PodTemplate template, BitSet feasible) {
        int size = Math.max(1, feasible.length());
        int start = random.nextInt(size);
        List<Candidate> all = new ArrayList<>(feasible.cardinality());
        for (int i = feasible.nextSetBit(0); i >= 0; i = feasible.nextSetBit(i + 1)) {
            all.add(candidate(cluster, template, i, Math.floorMod(i - start, size)));
        }
        return new PriorityQueue<>(all);
    }

    private int best(ClusterColumns cluster, PodTemplate template, BitSet feasible) {
        int size = feasible.length();
        int start = random.nextInt(size);
        int best = -1;
        int bestOrder = size;
        double bestScore = Double.NEGATIVE_INFINITY;
        for (int i = feasible.nextSetBit(0); i >= 0; i = feasible.nextSetBit(i + 1)) {
            double score = LeastAllocated.score(cluster, i, template.requests());
            int order = Math.floorMod(i - start, size);
            if (score > bestScore || (score == bestScore && order < bestOrder)) {
                best = i;
                bestOrder = order;
                bestScore = score;
            }
        }
        return best;
    }

    private static Decision place(
            ClusterColumns cluster, String uid, PodTemplate template, int node) {
        String name = cluster.nameOf(node);
        cluster.addPod(uid, name, template);
        return new Decision.Placed(name);
    }

    private static Candidate candidate(
            ClusterColumns cluster, PodTemplate template, int node, int order) {
        double score = LeastAllocated.score(cluster, node, template.requests());
        return new Candidate(node, score, order);
    }

    private static Decision explain(ClusterColumns cluster, PodTemplate template) {
        Rejections why = new Rejections();
        BitSet none = feasible(cluster, template, cluster.allNodes(), why);
        if (!none.isEmpty()) {
            throw new IllegalStateException("a node fits that no candidate stands for");
        }
        return why.toDecision(cluster.nodeCount());
    }
}

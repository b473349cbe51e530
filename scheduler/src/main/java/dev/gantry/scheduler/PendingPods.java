package dev.gantry.scheduler;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Pods that wait for a node: those to try now (higher priority first, then older first), those
/// that back off after a failure, and those that no node would do for. The last are tried again
/// only when something changes that could help them. One thread at a time.
public final class PendingPods {

    /// A pod that waits.
    ///
    /// @param priority higher goes first
    /// @param sequence lower goes first among equals: its creation
    public record Pending(String uid, PodTemplate template, int priority, long sequence) {}

    /// Pods of one template to place together.
    public record Batch(PodTemplate template, List<Pending> pods) {}

    private record Order(int priority, long sequence, String uid) implements Comparable<Order> {
        @Override
        public int compareTo(Order other) {
            int byPriority = Integer.compare(other.priority, priority);
            if (byPriority != 0) {
                return byPriority;
            }
            int byAge = Long.compare(sequence, other.sequence);
            return byAge != 0 ? byAge : uid.compareTo(other.uid);
        }
    }

    private static final Duration BACKOFF_INITIAL = Duration.ofSeconds(1);
    private static final Duration BACKOFF_MAX = Duration.ofSeconds(10);

    private final Map<String, Pending> all = new HashMap<>();
    private final TreeMap<Order, Pending> active = new TreeMap<>();
    private final TreeMap<Instant, Set<String>> backingOff = new TreeMap<>();
    private final Map<String, Instant> backoffUntil = new HashMap<>();
    private final Map<String, Integer> attempts = new HashMap<>();
    private final Map<PodTemplate, Set<String>> unschedulable = new LinkedHashMap<>();

    /// Adds a pod to try now; one that waits already with another template is tried anew.
    public void add(Pending pod) {
        Pending known = all.get(pod.uid());
        if (pod.equals(known)) {
            return;
        }
        remove(pod.uid());
        all.put(pod.uid(), pod);
        activate(pod);
    }

    /// Forgets a pod: it is placed, or gone.
    public void remove(String uid) {
        Pending known = all.remove(uid);
        if (known == null) {
            return;
        }
        active.remove(order(known));
        attempts.remove(uid);
        leaveBackoff(uid);
        leaveUnschedulable(known);
    }

    /// The next pods to place, all of one template and priority; they stay known until [#remove],
    /// and are tried again only after [#unschedulable] or [#failed] put them back.
    public Optional<Batch> poll(int most) {
        var first = active.firstEntry();
        if (first == null) {
            return Optional.empty();
        }
        PodTemplate template = first.getValue().template();
        int priority = first.getValue().priority();
        List<Pending> pods = new ArrayList<>();
        for (Pending pod : active.values()) {
            if (pods.size() == most || pod.priority() != priority) {
                break;
            }
            if (pod.template().equals(template)) {
                pods.add(pod);
            }
        }
        pods.forEach(pod -> active.remove(order(pod)));
        return Optional.of(new Batch(template, pods));
    }

    /// No node will do for this pod now.
    public void unschedulable(String uid) {
        Pending pod = all.get(uid);
        if (pod != null) {
            attempts.merge(uid, 1, Integer::sum);
            unschedulable.computeIfAbsent(pod.template(), _ -> new LinkedHashSet<>()).add(uid);
        }
    }

    /// Placing this pod failed for a reason that time may heal: it is tried again after a delay.
    public void failed(String uid, Instant now) {
        if (all.containsKey(uid)) {
            backOff(uid, now);
        }
    }

    /// A node was added, or changed, or has more room: pods wake up that it would do for.
    ///
    /// @param node the node's index
    public void nodeImproved(ClusterColumns cluster, int node, Instant now) {
        List<PodTemplate> helped =
                unschedulable.keySet().stream()
                        .filter(template -> Scheduler.fits(cluster, template, node))
                        .toList();
        for (PodTemplate template : helped) {
            Set<String> uids = unschedulable.remove(template);
            if (uids != null) {
                uids.forEach(uid -> wake(uid, now));
            }
        }
    }

    /// Moves pods whose back-off has ended to those to try now.
    public void tick(Instant now) {
        while (!backingOff.isEmpty() && !backingOff.firstKey().isAfter(now)) {
            for (String uid : backingOff.pollFirstEntry().getValue()) {
                backoffUntil.remove(uid);
                Pending pod = all.get(uid);
                if (pod != null) {
                    activate(pod);
                }
            }
        }
    }

    /// When the next back-off ends, if one runs.
    public Optional<Instant> nextDue() {
        return backingOff.isEmpty() ? Optional.empty() : Optional.of(backingOff.firstKey());
    }

    /// How many pods wait in all.
    public int size() {
        return all.size();
    }

    /// How many pods no node would do for.
    public int unschedulableCount() {
        return unschedulable.values().stream().mapToInt(Set::size).sum();
    }

    // A pod that was tried only once and found no room goes at once: nobody has to wait for a
    // second when a node joins.
    private void wake(String uid, Instant now) {
        Pending pod = all.get(uid);
        if (pod != null && attempts.getOrDefault(uid, 0) <= 1) {
            activate(pod);
        } else {
            backOff(uid, now);
        }
    }

    private void backOff(String uid, Instant now) {
        int count = attempts.merge(uid, 1, Integer::sum);
        Duration delay = BACKOFF_INITIAL;
        for (int i = 1; i < count && delay.compareTo(BACKOFF_MAX) < 0; i++) {
            delay = delay.multipliedBy(2);
        }
        Instant until = now.plus(delay.compareTo(BACKOFF_MAX) < 0 ? delay : BACKOFF_MAX);
        leaveBackoff(uid);
        backoffUntil.put(uid, until);
        backingOff.computeIfAbsent(until, _ -> new LinkedHashSet<>()).add(uid);
    }

    private void activate(Pending pod) {
        active.put(order(pod), pod);
    }

    private void leaveBackoff(String uid) {
        Instant until = backoffUntil.remove(uid);
        Set<String> slot = until == null ? null : backingOff.get(until);
        if (slot != null && slot.remove(uid) && slot.isEmpty()) {
            backingOff.remove(until);
        }
    }

    private void leaveUnschedulable(Pending pod) {
        Set<String> waiting = unschedulable.get(pod.template());
        if (waiting != null) {
            waiting.remove(pod.uid());
            if (waiting.isEmpty()) {
                unschedulable.remove(pod.template());
            }
        }
    }

    private static Order order(Pending pod) {
        return new Order(pod.priority(), pod.sequence(), pod.uid());
    }
}

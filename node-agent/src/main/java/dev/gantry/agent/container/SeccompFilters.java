package dev.gantry.agent.container;

import dev.gantry.agent.container.SeccompProfile.Allow;
import dev.gantry.agent.container.SeccompProfile.AllowWhen;
import dev.gantry.agent.container.SeccompProfile.Refuse;
import dev.gantry.agent.container.SeccompProfile.Rule;
import dev.gantry.agent.container.SeccompProfile.Test;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/// Turns profiles into programs for the kernel: a binary search over ranges of numbers, since the
/// kernel runs the program once for each of its calls when it is installed.
final class SeccompFilters {
    private static final int ALLOW = 0x7FFF0000;
    private static final int ERRNO = 0x00050000;
    private static final int ENOSYS = 38;
    private static final int X32_BIT = 0x40000000;
    private static final byte[] NONE = {};

    private static final Map<TreeSet<String>, byte[]> CACHE = new ConcurrentHashMap<>();

    private final BpfAssembler out = new BpfAssembler();
    private final Map<Rule, Integer> endings = new java.util.LinkedHashMap<>();

    private SeccompFilters() {}

    /// The filter for a container; empty for none.
    static byte[] of(Confinement confinement) {
        if (confinement.seccomp() == SeccompChoice.UNCONFINED || confinement.privileged()) {
            return NONE;
        }
        var kept = new TreeSet<String>();
        confinement.capabilities().forEach(c -> kept.add(Capabilities.plain(c)));
        return CACHE.computeIfAbsent(
                kept,
                capabilities ->
                        program(
                                SeccompProfile.defaults(
                                        System.getProperty("os.arch"), capabilities)));
    }

    /// Numbers from `first` on that all meet the same rule.
    private record Range(int first, Rule rule) {}

    static byte[] program(SeccompProfile profile) {
        var filters = new SeccompFilters();
        filters.write(profile);
        return filters.out.assemble();
    }

    private void write(SeccompProfile profile) {
        var missing = new Refuse(ENOSYS);
        int known = out.label();
        out.load(BpfAssembler.OFFSET_ARCHITECTURE);
        out.jumpIf(BpfAssembler.JUMP_EQUAL, profile.architecture(), known);
        out.give(ERRNO | ENOSYS);
        out.place(known);
        out.load(BpfAssembler.OFFSET_NUMBER);
        if (profile.x32()) {
            out.jumpIf(BpfAssembler.JUMP_AT_LEAST, X32_BIT, ending(missing));
        }
        search(ranges(profile, missing));
        // Endings are last: every jump goes forward.
        endings.forEach(this::end);
    }

    private static List<Range> ranges(SeccompProfile profile, Rule missing) {
        var sorted = new TreeMap<>(profile.rules());
        Rule otherwise = new Refuse(SeccompProfile.errnoOtherwise());
        var ranges = new ArrayList<Range>();
        for (int number = 0; number <= profile.newest(); number++) {
            Rule rule = sorted.getOrDefault(number, otherwise);
            if (ranges.isEmpty() || !ranges.getLast().rule().equals(rule)) {
                ranges.add(new Range(number, rule));
            }
        }
        ranges.add(new Range(profile.newest() + 1, missing));
        return ranges;
    }

    private void search(List<Range> ranges) {
        if (ranges.size() == 1) {
            out.jump(ending(ranges.getFirst().rule()));
            return;
        }
        int middle = ranges.size() / 2;
        int upper = out.label();
        out.jumpIf(BpfAssembler.JUMP_AT_LEAST, ranges.get(middle).first(), upper);
        search(ranges.subList(0, middle));
        out.place(upper);
        search(ranges.subList(middle, ranges.size()));
    }

    private int ending(Rule rule) {
        return endings.computeIfAbsent(rule, _ -> out.label());
    }

    private void end(Rule rule, int label) {
        out.place(label);
        switch (rule) {
            case Allow _ -> out.give(ALLOW);
            case Refuse refuse -> out.give(ERRNO | refuse.errno());
            case AllowWhen when -> test(when);
        }
    }

    private void test(AllowWhen when) {
        int allowed = out.label();
        int refused = out.label();
        out.loadArgument(when.argument());
        for (Test test : when.tests()) {
            switch (test.comparison()) {
                case EQUAL -> out.jumpIf(BpfAssembler.JUMP_EQUAL, test.value(), allowed);
                case NOT -> {
                    out.jumpIf(BpfAssembler.JUMP_EQUAL, test.value(), refused);
                    out.jump(allowed);
                }
                case NONE_OF -> {
                    out.jumpIf(BpfAssembler.JUMP_ANY_BIT, test.value(), refused);
                    out.jump(allowed);
                }
            }
        }
        out.place(refused);
        out.give(ERRNO | SeccompProfile.errnoOtherwise());
        out.place(allowed);
        out.give(ALLOW);
    }
}

package dev.gantry.agent.container;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/// Which system calls pass, for one architecture and one set of capabilities.
///
/// @param architecture the kernel's `AUDIT_ARCH_` number
/// @param newest the highest number that the table knows
/// @param x32 whether numbers with bit 30 belong to a second table, which is refused
/// @param rules by system call number
record SeccompProfile(
        int architecture, int newest, boolean x32, SequencedMap<Integer, Rule> rules) {
    private static final int EPERM = 1;

    /// What happens to one system call.
    sealed interface Rule {}

    /// It passes.
    record Allow() implements Rule {}

    /// It fails with this error.
    record Refuse(int errno) implements Rule {}

    /// It passes when the low 32 bits of an argument pass one of the tests, else fails with EPERM.
    record AllowWhen(int argument, List<Test> tests) implements Rule {
        AllowWhen {
            tests = List.copyOf(tests);
        }
    }

    /// A test of an argument.
    enum Comparison {
        EQUAL,
        NOT,
        NONE_OF
    }

    record Test(Comparison comparison, int value) {}

    /// The default profile of the machine's or another architecture: `amd64` or `aarch64`.
    static SeccompProfile defaults(String architecture, Set<String> capabilities) {
        boolean arm = architecture.equals("aarch64");
        var numbers = numbers(arm ? "syscalls-aarch64.txt" : "syscalls-x86_64.txt");
        var rules = new LinkedHashMap<Integer, Rule>();
        for (String line : lines("seccomp-default.txt")) {
            apply(line.split(" ", -1), capabilities, numbers, rules);
        }
        int newest = numbers.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
        return new SeccompProfile(arm ? 0xC00000B7 : 0xC000003E, newest, !arm, rules);
    }

    /// What happens to a call that no rule names.
    static int errnoOtherwise() {
        return EPERM;
    }

    private static void apply(
            String[] words,
            Set<String> capabilities,
            SequencedMap<String, Integer> numbers,
            SequencedMap<Integer, Rule> rules) {
        Rule rule;
        int from;
        switch (words[0]) {
            case "allow" -> {
                rule = new Allow();
                from = 1;
            }
            case "allow-with" -> {
                rule = new Allow();
                from = capabilities.contains(words[1]) ? 2 : words.length;
            }
            case "refuse-without" -> {
                rule = new Refuse(Integer.parseInt(words[2]));
                from = capabilities.contains(words[1]) ? words.length : 3;
            }
            case "allow-when" -> {
                put(words[1], tests(words), numbers, rules);
                return;
            }
            default -> throw new IllegalStateException("no seccomp rule: " + words[0]);
        }
        for (int i = from; i < words.length; i++) {
            put(words[i], rule, numbers, rules);
        }
    }

    private static AllowWhen tests(String[] words) {
        var tests = new ArrayList<Test>();
        for (int i = 3; i < words.length; i++) {
            String[] parts = words[i].split(":", -1);
            var comparison =
                    switch (parts[0]) {
                        case "equal" -> Comparison.EQUAL;
                        case "not" -> Comparison.NOT;
                        case "none-of" -> Comparison.NONE_OF;
                        default -> throw new IllegalStateException("no test: " + parts[0]);
                    };
            tests.add(new Test(comparison, (int) Long.parseLong(parts[1])));
        }
        return new AllowWhen(Integer.parseInt(words[2]), tests);
    }

    /// A name that this architecture does not have is passed over.
    private static void put(
            String name,
            Rule rule,
            SequencedMap<String, Integer> numbers,
            SequencedMap<Integer, Rule> rules) {
        Integer number = numbers.get(name);
        if (number != null) {
            rules.put(number, rule);
        }
    }

    /// The table of an architecture: name to number.
    static SequencedMap<String, Integer> numbers(String resource) {
        var numbers = new LinkedHashMap<String, Integer>();
        for (String line : lines(resource)) {
            int space = line.indexOf(' ');
            numbers.put(line.substring(0, space), Integer.valueOf(line.substring(space + 1)));
        }
        return numbers;
    }

    private static List<String> lines(String resource) {
        InputStream in = SeccompProfile.class.getResourceAsStream(resource);
        if (in == null) {
            throw new IllegalStateException("the resource " + resource + " is missing");
        }
        try (var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return reader.lines().filter(l -> !l.isBlank() && !l.startsWith("#")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("failed to read the resource " + resource, e);
        }
    }
}

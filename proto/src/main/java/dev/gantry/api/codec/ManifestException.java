package dev.gantry.api.codec;

import java.util.List;
import java.util.stream.Collectors;

/// Says everything that is wrong in what was read. Never retryable: the text has to change.
public final class ManifestException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<Problem> problems;

    ManifestException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /// All problems, in the order of the text; never empty.
    public List<Problem> problems() {
        return problems;
    }
}

package dev.gantry.api.validation;

import dev.gantry.api.validation.Violation.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Collects violations in Kubernetes' words (apimachinery's field.Error).
final class Findings {
    private static final int SHOWN_MAX = 200;

    private final List<Violation> violations = new ArrayList<>();

    List<Violation> all() {
        return List.copyOf(violations);
    }

    void required(String field) {
        required(field, "");
    }

    void required(String field, String detail) {
        add(field, Reason.REQUIRED, "Required value" + (detail.isEmpty() ? "" : ": " + detail));
    }

    void invalid(String field, Object value, String detail) {
        add(field, Reason.INVALID, "Invalid value: " + show(value) + ": " + detail);
    }

    void forbidden(String field, String detail) {
        add(field, Reason.FORBIDDEN, "Forbidden: " + detail);
    }

    void duplicate(String field, Object value) {
        add(field, Reason.DUPLICATE, "Duplicate value: " + show(value));
    }

    void notFound(String field, Object value) {
        add(field, Reason.NOT_FOUND, "Not found: " + show(value));
    }

    /// Reports a value that is none of the allowed; an empty one is missing.
    void oneOf(String field, String value, String... allowed) {
        if (value.isEmpty()) {
            required(field);
        } else if (!Arrays.asList(allowed).contains(value)) {
            String names = String.join(", ", Arrays.stream(allowed).map(Findings::show).toList());
            add(
                    field,
                    Reason.NOT_SUPPORTED,
                    "Unsupported value: " + show(value) + ": supported values: " + names);
        }
    }

    /// Reports a problem that another's rule found; empty is none.
    void syntax(String field, Object value, String problem) {
        if (!problem.isEmpty()) {
            invalid(field, value, problem);
        }
    }

    void notNegative(String field, long value) {
        if (value < 0) {
            invalid(field, value, "must be greater than or equal to 0");
        }
    }

    void add(String field, Reason reason, String message) {
        violations.add(new Violation(field, reason, message));
    }

    private static String show(Object value) {
        if (value instanceof Number || value instanceof Boolean) {
            return value.toString();
        }
        String text = value.toString();
        return "\""
                + (text.length() > SHOWN_MAX ? text.substring(0, SHOWN_MAX) + "..." : text)
                + "\"";
    }
}

package dev.gantry.api.codec;

/// The text is not YAML or JSON at all; readers turn it into a [Problem].
final class SyntaxException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Position at;

    SyntaxException(Position at, String message) {
        super(message);
        this.at = at;
    }

    Problem problem(String file) {
        return new Problem(file, at, "", String.valueOf(getMessage()));
    }
}

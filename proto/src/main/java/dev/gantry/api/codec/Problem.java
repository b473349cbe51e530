package dev.gantry.api.codec;

/// One thing that is wrong in a manifest, and where.
///
/// @param file the file's name as given by the reader's caller, may be empty
/// @param field path of the field, such as `spec.containers[0].image`; empty when it concerns no
///   field
public record Problem(String file, Position at, String field, String message) {

    /// As users see it: `web.yaml:7:3: spec.replcas: unknown field, did you mean replicas?`.
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(file);
        if (at.line() > 0) {
            text.append(text.isEmpty() ? "" : ":").append(at.line()).append(':');
            text.append(at.column());
        }
        text.append(text.isEmpty() ? "" : ": ");
        return text.append(field).append(field.isEmpty() ? "" : ": ").append(message).toString();
    }
}

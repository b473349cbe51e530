package dev.gantry.e2e.bench;

/// A peer that could not be measured.
///
/// @param reason what kept it from running, in plain words
record Absent(String subject, String reason) implements Result {
    @Override
    public String json() {
        return "{\"subject\":%s,\"n\":0,\"absent\":%s}"
                .formatted(Report.quoted(subject), Report.quoted(reason));
    }
}

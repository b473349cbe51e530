package dev.gantry.agent.probe;

/// What one attempt found. `output` is bounded by whoever made it, and explains a failure.
public record ProbeResult(boolean success, String output) {
    /// The probe's condition holds.
    public static ProbeResult passed() {
        return new ProbeResult(true, "");
    }

    /// It does not, and why.
    public static ProbeResult failed(String output) {
        return new ProbeResult(false, output);
    }
}

package dev.gantry.agent.pod;

import java.time.Instant;

/// Why a pod has to end, and until when its containers may take.
///
/// @param leaving it goes from the node altogether (deleted, or no longer ours); otherwise it stays
///   as Failed
/// @param reason for the status when it stays: DeadlineExceeded, Evicted; else empty
public record Departure(boolean leaving, Instant deadline, String reason, String message) {
    /// Both wishes together: leaving wins, the earlier deadline wins, and the first reason stays.
    Departure and(Departure later) {
        return new Departure(
                leaving || later.leaving,
                deadline.isBefore(later.deadline) ? deadline : later.deadline,
                reason,
                message);
    }
}

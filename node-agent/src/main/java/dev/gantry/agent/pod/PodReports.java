package dev.gantry.agent.pod;

import dev.gantry.api.core.v1.Event;
import dev.gantry.api.v1.PodStatusReport;

/// Where the pods' statuses and events go: the session with the control plane, or a test. Calls
/// return at once.
public interface PodReports {
    /// The latest status of a pod, or that it is gone.
    void status(PodStatusReport report);

    /// Something that people may want to know.
    void event(Event event);
}

package dev.gantry.controlplane.controller;

import dev.gantry.controlplane.cache.ObjectOutcome;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.store.Fence;
import dev.gantry.loop.Outcome;
import java.util.List;

/// Carries out plans: all writes of one plan in one batch, under the leader's fence. Thread-safe.
public final class PlanExecutor {

    private final ObjectStore objects;
    private final Fence fence;
    private final NoteSink notes;

    public PlanExecutor(ObjectStore objects, Fence fence, NoteSink notes) {
        this.objects = objects;
        this.fence = fence;
        this.notes = notes;
    }

    /// The outcome for the loop: a write that conflicts means that the plan was made from what is
    /// no longer so, and the key is planned anew.
    public Outcome execute(String component, Plan plan) throws InterruptedException {
        if (!plan.writes().isEmpty()) {
            List<ObjectOutcome> outcomes = objects.commit(plan.writes(), fence);
            for (ObjectOutcome outcome : outcomes) {
                switch (outcome) {
                    case ObjectOutcome.Stored _, ObjectOutcome.Deleted _ -> {}
                    case ObjectOutcome.Conflict _, ObjectOutcome.Abandoned _ -> {
                        return Outcome.retry("an object changed meanwhile");
                    }
                    case ObjectOutcome.Fenced() -> {
                        return Outcome.settled();
                    }
                    case ObjectOutcome.Failed(var cause) -> {
                        return new Outcome.Retry("the store could not write", cause);
                    }
                }
            }
        }
        plan.notes().forEach(note -> notes.tell(component, note));
        return plan.recheck().map(Outcome::recheckAfter).orElseGet(Outcome::settled);
    }
}

package dev.gantry.agent.container;

/// What an earlier agent left.
public sealed interface AdoptedContainer {
    /// Its id.
    String id();

    /// Runs on and is watched again.
    record Running(Started started) implements AdoptedContainer {
        @Override
        public String id() {
            return started.id();
        }
    }

    /// Ended while nobody watched.
    record Ended(ContainerExit exit) implements AdoptedContainer {
        @Override
        public String id() {
            return exit.id();
        }
    }
}

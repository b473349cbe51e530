package dev.gantry.controlplane.store;

/// What happened to one key.
public sealed interface Change {

    String key();

    long revision();

    /// The key has this value now.
    record Put(Entry entry) implements Change {
        @Override
        public String key() {
            return entry.key();
        }

        @Override
        public long revision() {
            return entry.modRevision();
        }
    }

    /// The key is gone: deleted, or its lease ended.
    record Deleted(String key, long revision) implements Change {}
}

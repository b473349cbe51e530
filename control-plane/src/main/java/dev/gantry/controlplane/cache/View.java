package dev.gantry.controlplane.cache;

import com.google.protobuf.Message;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.ObjectKey;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// All objects at one revision. Immutable; a [Draft] makes the next one.
///
/// @param epoch the store's epoch that the revision belongs to
record View(
        String epoch,
        long revision,
        Map<Kind, SortedTree<Message>> kinds,
        Map<Index, SortedTree<Message>> indexes) {

    // Sorts before everything a value may hold, so that one value is never another's prefix.
    private static final char END_OF_VALUE = '\0';

    static View empty(String epoch) {
        return new View(epoch, 0, Map.of(), Map.of());
    }

    Optional<Message> get(ObjectKey key) {
        return Optional.ofNullable(tree(key.kind()).get(path(key)));
    }

    Listing list(Kind kind, String namespace) {
        SortedTree<Message> tree = tree(kind);
        return new Listing(
                namespace.isEmpty()
                        ? tree.values()
                        : tree.between(namespace + "/", namespace + (char) ('/' + 1)),
                revision);
    }

    Collection<Message> byIndex(Index index, String value) {
        return indexes.getOrDefault(index, SortedTree.empty())
                .between(value + END_OF_VALUE, value + (char) (END_OF_VALUE + 1));
    }

    private SortedTree<Message> tree(Kind kind) {
        return kinds.getOrDefault(kind, SortedTree.empty());
    }

    private static String path(ObjectKey key) {
        return key.namespace() + "/" + key.name();
    }

    /// Changes on their way from one view to the next. One thread only.
    static final class Draft {
        private final String epoch;
        private final Map<Kind, SortedTree<Message>> kinds;
        private final Map<Index, SortedTree<Message>> indexes = new EnumMap<>(Index.class);

        Draft(View from) {
            epoch = from.epoch;
            kinds = new LinkedHashMap<>(from.kinds);
            for (Index index : Index.values()) {
                indexes.put(index, from.indexes.getOrDefault(index, SortedTree.empty()));
            }
        }

        /// Replaces an object; null removes it.
        ///
        /// @return what was there before
        @Nullable Message set(ObjectKey key, @Nullable Message object) {
            SortedTree<Message> tree = kinds.getOrDefault(key.kind(), SortedTree.empty());
            String path = path(key);
            Message before = tree.get(path);
            kinds.put(key.kind(), object == null ? tree.without(path) : tree.with(path, object));
            for (Map.Entry<Index, SortedTree<Message>> index : indexes.entrySet()) {
                index.setValue(reindexed(index.getKey(), index.getValue(), key, before, object));
            }
            return before;
        }

        private static SortedTree<Message> reindexed(
                Index index,
                SortedTree<Message> tree,
                ObjectKey key,
                @Nullable Message before,
                @Nullable Message after) {
            String suffix = "" + END_OF_VALUE + order(key.kind()) + path(key);
            SortedTree<Message> result = tree;
            if (before != null) {
                for (String value : index.values(before)) {
                    result = result.without(value + suffix);
                }
            }
            if (after != null) {
                for (String value : index.values(after)) {
                    result = result.with(value + suffix, after);
                }
            }
            return result;
        }

        private static char order(Kind kind) {
            return (char) (1 + Kinds.all().indexOf(kind));
        }

        View finish(long revision) {
            return new View(epoch, revision, kinds, indexes);
        }
    }
}

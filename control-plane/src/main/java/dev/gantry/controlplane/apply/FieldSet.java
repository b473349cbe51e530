package dev.gantry.controlplane.apply;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/// Which fields somebody owns: a tree of path elements. A leaf is an owned field; an inner node may
/// be owned itself too (`.`): the list item, the map or the message as such. Immutable.
///
/// The text form is Kubernetes' `FieldsV1` (structured-merge-diff, `fieldpath/serialize.go`).
final class FieldSet {
    static final FieldSet EMPTY = new FieldSet(false, Map.of());
    static final FieldSet LEAF = new FieldSet(true, Map.of());

    private final boolean member;
    private final Map<PathElement, FieldSet> children;

    private FieldSet(boolean member, Map<PathElement, FieldSet> children) {
        this.member = member;
        this.children = children;
    }

    /// Whether the place itself is owned.
    boolean member() {
        return member;
    }

    boolean isEmpty() {
        return !member && children.isEmpty();
    }

    /// What is owned below an element; empty when nothing is.
    FieldSet at(PathElement element) {
        return children.getOrDefault(element, EMPTY);
    }

    /// What this or the other owns.
    FieldSet union(FieldSet other) {
        var all = new Builder(member || other.member);
        children.forEach(all::put);
        other.children.forEach(all::put);
        return all.build();
    }

    ByteString toFieldsV1() {
        return ByteString.copyFromUtf8(Json.write(tree()));
    }

    /// @throws ApplyException when the text is not of the form
    static FieldSet ofFieldsV1(ByteString text) {
        return ofTree(Json.read(text.toString(StandardCharsets.UTF_8)), false);
    }

    private Map<String, Object> tree() {
        var tree = new LinkedHashMap<String, Object>();
        if (member && !children.isEmpty()) {
            tree.put(".", Map.of());
        }
        children.forEach((e, s) -> tree.put(e.text(), s.tree()));
        return tree;
    }

    private static FieldSet ofTree(Object tree, boolean leafWhenEmpty) {
        if (!(tree instanceof Map<?, ?> map)) {
            throw new ApplyException("metadata.managedFields", "fieldsV1 is no tree of objects");
        }
        var set = new Builder(map.containsKey(".") || (leafWhenEmpty && map.isEmpty()));
        map.forEach((k, v) -> {
            if (!k.equals(".")) {
                set.put(PathElement.parse(String.valueOf(k)), ofTree(v, true));
            }
        });
        return set.build();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FieldSet s && member == s.member && children.equals(s.children);
    }

    @Override
    public int hashCode() {
        return children.hashCode() * 2 + (member ? 1 : 0);
    }

    @Override
    public String toString() {
        return Json.write(tree());
    }

    /// Collects a set. Used by one thread.
    static final class Builder {
        private final boolean member;
        private final Map<PathElement, FieldSet> children = new TreeMap<>();

        Builder(boolean member) {
            this.member = member;
        }

        void put(PathElement element, FieldSet set) {
            if (!set.isEmpty()) {
                children.merge(element, set, FieldSet::union);
            }
        }

        FieldSet build() {
            return new FieldSet(member, children);
        }
    }
}

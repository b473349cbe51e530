package dev.gantry.controlplane.cache;

import java.util.AbstractCollection;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// An immutable map from strings to values in the order of the strings: a balanced tree (AVL) of
/// which a change copies one path. So each version costs some twenty small nodes, and a listing of
/// 150,000 objects is a reference.
final class SortedTree<V> {
    private static final SortedTree<?> EMPTY = new SortedTree<>(null);

    private final @Nullable Node<V> root;

    private record Node<V>(
            String key,
            V value,
            @Nullable Node<V> left,
            @Nullable Node<V> right,
            int height,
            int size) {}

    private SortedTree(@Nullable Node<V> root) {
        this.root = root;
    }

    @SuppressWarnings("unchecked") // It holds no value.
    static <V> SortedTree<V> empty() {
        return (SortedTree<V>) EMPTY;
    }

    int size() {
        return size(root);
    }

    @Nullable V get(String key) {
        Node<V> node = root;
        while (node != null) {
            int order = key.compareTo(node.key);
            if (order == 0) {
                return node.value;
            }
            node = order < 0 ? node.left : node.right;
        }
        return null;
    }

    /// This map with a key's value set.
    SortedTree<V> with(String key, V value) {
        return new SortedTree<>(put(root, key, value));
    }

    /// This map without a key.
    SortedTree<V> without(String key) {
        return get(key) == null ? this : new SortedTree<>(remove(root, key));
    }

    /// All values, in the order of their keys.
    Collection<V> values() {
        return new Section("", null);
    }

    /// The values of the keys from one key, inclusive, to another, exclusive.
    Collection<V> between(String from, String to) {
        return new Section(from, to);
    }

    private static <V> Node<V> put(@Nullable Node<V> node, String key, V value) {
        if (node == null) {
            return node(key, value, null, null);
        }
        int order = key.compareTo(node.key);
        if (order == 0) {
            return node(key, value, node.left, node.right);
        }
        return order < 0
                ? balanced(node.key, node.value, put(node.left, key, value), node.right)
                : balanced(node.key, node.value, node.left, put(node.right, key, value));
    }

    private static <V> @Nullable Node<V> remove(@Nullable Node<V> node, String key) {
        if (node == null) {
            return null;
        }
        int order = key.compareTo(node.key);
        if (order < 0) {
            return balanced(node.key, node.value, remove(node.left, key), node.right);
        }
        if (order > 0) {
            return balanced(node.key, node.value, node.left, remove(node.right, key));
        }
        if (node.left == null) {
            return node.right;
        }
        if (node.right == null) {
            return node.left;
        }
        Node<V> next = node.right;
        while (next.left != null) {
            next = next.left;
        }
        return balanced(next.key, next.value, node.left, remove(node.right, next.key));
    }

    /// A node over two trees whose heights differ by at most two, balanced again.
    private static <V> Node<V> balanced(
            String key, V value, @Nullable Node<V> left, @Nullable Node<V> right) {
        if (left != null && height(left) > height(right) + 1) {
            Node<V> inner = left.right;
            if (inner != null && height(inner) > height(left.left)) {
                return node(
                        inner.key,
                        inner.value,
                        node(left.key, left.value, left.left, inner.left),
                        node(key, value, inner.right, right));
            }
            return node(left.key, left.value, left.left, node(key, value, inner, right));
        }
        if (right != null && height(right) > height(left) + 1) {
            Node<V> inner = right.left;
            if (inner != null && height(inner) > height(right.right)) {
                return node(
                        inner.key,
                        inner.value,
                        node(key, value, left, inner.left),
                        node(right.key, right.value, inner.right, right.right));
            }
            return node(right.key, right.value, node(key, value, left, inner), right.right);
        }
        return node(key, value, left, right);
    }

    private static <V> Node<V> node(
            String key, V value, @Nullable Node<V> left, @Nullable Node<V> right) {
        return new Node<>(
                key,
                value,
                left,
                right,
                Math.max(height(left), height(right)) + 1,
                size(left) + size(right) + 1);
    }

    private static int height(@Nullable Node<?> node) {
        return node == null ? 0 : node.height;
    }

    private static int size(@Nullable Node<?> node) {
        return node == null ? 0 : node.size;
    }

    /// How many keys are smaller than this one.
    private int rank(String key) {
        int smaller = 0;
        Node<V> node = root;
        while (node != null) {
            if (key.compareTo(node.key) <= 0) {
                node = node.left;
            } else {
                smaller += size(node.left) + 1;
                node = node.right;
            }
        }
        return smaller;
    }

    /// A part of the map as a collection.
    private final class Section extends AbstractCollection<V> {
        private final String from;
        private final @Nullable String to;

        Section(String from, @Nullable String to) {
            this.from = from;
            this.to = to;
        }

        @Override
        public int size() {
            return (to == null ? SortedTree.this.size() : rank(to)) - rank(from);
        }

        @Override
        public Iterator<V> iterator() {
            return new Walk<>(root, from, to);
        }
    }

    private static final class Walk<V> implements Iterator<V> {
        private final ArrayDeque<Node<V>> path = new ArrayDeque<>();
        private final @Nullable String to;

        Walk(@Nullable Node<V> root, String from, @Nullable String to) {
            this.to = to;
            Node<V> node = root;
            while (node != null) {
                if (from.compareTo(node.key) <= 0) {
                    path.push(node);
                    node = node.left;
                } else {
                    node = node.right;
                }
            }
        }

        @Override
        public boolean hasNext() {
            Node<V> next = path.peek();
            return next != null && (to == null || next.key.compareTo(to) < 0);
        }

        @Override
        public V next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            Node<V> next = path.pop();
            Node<V> below = next.right;
            while (below != null) {
                path.push(below);
                below = below.left;
            }
            return next.value;
        }
    }
}

/// The store's port: bytes under keys, with revisions, compares, watches and leases. Two adapters
/// fill it, {@code EtcdStore} and {@code MemoryStore}, under one contract suite. Objects and kinds
/// are unknown here: they begin in {@code dev.gantry.controlplane.cache}. Types of etcd do not
/// appear.
@NullMarked
package dev.gantry.controlplane.store;

import org.jspecify.annotations.NullMarked;

/// The store's adapter to etcd; its types stay in this package.
@NullMarked
package dev.gantry.controlplane.store.etcd;

import org.jspecify.annotations.NullMarked;

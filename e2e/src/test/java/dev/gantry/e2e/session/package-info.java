/// Both ends of the node session over real mutual TLS: an agent whose work is a fake that holds
/// state, a control plane on a store in memory.
@NullMarked
package dev.gantry.e2e.session;

import org.jspecify.annotations.NullMarked;

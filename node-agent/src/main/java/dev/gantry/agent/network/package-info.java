/// The node's network: each pod's sandbox with its namespaces, veth, address and id range, from a
/// warm pool. Services are in `.service`, cluster DNS in `.dns`. Native calls stay in
/// `dev.gantry.agent.sys`; nothing here starts a program.
@NullMarked
package dev.gantry.agent.network;

import org.jspecify.annotations.NullMarked;

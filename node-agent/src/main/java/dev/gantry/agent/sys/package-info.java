/// The kernel, as the agent sees it: the only package that may import `com.sun.jna`. Netlink and
/// libnftables are the network's, the rest of the system calls the container runtime's.
@NullMarked
package dev.gantry.agent.sys;

import org.jspecify.annotations.NullMarked;

/// Cluster DNS: the agent's own answers for Services and pods, and a forwarder with a cache for all
/// else. Packets come from containers: nothing read from one is trusted.
@NullMarked
package dev.gantry.agent.network.dns;

import org.jspecify.annotations.NullMarked;

/// ClusterIP Services in nftables maps: a pure planner from Services and EndpointSlices to rules,
/// and a thin writer of the difference.
@NullMarked
package dev.gantry.agent.network.service;

import org.jspecify.annotations.NullMarked;

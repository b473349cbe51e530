package dev.gantry.agent.container;

import dev.gantry.agent.cgroup.Limits;

/// Where a container's processes are counted, and what bounds them: the group
/// `ROOT/qos/pod/container id`.
///
/// @param qos `guaranteed`, `burstable` or `besteffort`
/// @param pod name of the pod's group, such as its uid
public record CgroupSpec(String qos, String pod, Limits limits) {}

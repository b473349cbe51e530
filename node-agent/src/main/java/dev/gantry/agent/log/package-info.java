/// Reads the logs that shims write, in the format of Kubernetes' container runtime interface: one
/// line each, `TIME STREAM F|P CONTENT`. Knows files, not containers.
@NullMarked
package dev.gantry.agent.log;

import org.jspecify.annotations.NullMarked;

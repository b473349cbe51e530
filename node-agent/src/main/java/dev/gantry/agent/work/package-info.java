/// What people ask of the containers and images of this node, and how the control plane's word
/// reaches the pods: the implementation of the session's `NodeWork`.
@NullMarked
package dev.gantry.agent.work;

import org.jspecify.annotations.NullMarked;

package dev.gantry.agent.pod;

import dev.gantry.api.core.v1.Pod;

/// The reasons that Kubernetes' statuses carry, as tools look for them.
final class Reasons {
    static final String CREATING = "ContainerCreating";
    static final String INITIALIZING = "PodInitializing";
    static final String ERR_IMAGE_PULL = "ErrImagePull";
    static final String IMAGE_PULL_BACKOFF = "ImagePullBackOff";
    static final String ERR_IMAGE_NEVER_PULL = "ErrImageNeverPull";
    static final String INVALID_IMAGE_NAME = "InvalidImageName";
    static final String CONFIG_ERROR = "CreateContainerConfigError";
    static final String RUN_ERROR = "RunContainerError";
    static final String CRASH_LOOP = "CrashLoopBackOff";

    private Reasons() {}

    /// `name_namespace(uid)`, as the kubelet names pods in messages.
    static String podWord(Pod pod) {
        var meta = pod.getMetadata();
        return "%s_%s(%s)".formatted(meta.getName(), meta.getNamespace(), meta.getUid());
    }
}

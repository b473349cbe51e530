package dev.gantry.agent.cgroup;

/// A file system through which processes see their own group.
///
/// @param target absolute path inside a container
/// @param version2 whether it is the unified hierarchy
/// @param options controllers for version 1, with commas between; empty for version 2
public record CgroupMount(String target, boolean version2, String options) {}

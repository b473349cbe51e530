package dev.gantry.agent.container;

import java.util.List;

/// Ids inside the container, 0 to 65,535 when the pod has its own users.
///
/// @param groups supplementary groups
public record User(long uid, long gid, List<Long> groups) {
    /// The root inside.
    public static final User ROOT = new User(0, 0, List.of());

    private static final long ID_MAX = Integer.MAX_VALUE;

    public User {
        groups = List.copyOf(groups);
        check(uid);
        check(gid);
        groups.forEach(User::check);
    }

    private static void check(long id) {
        if (id < 0 || id > ID_MAX) {
            throw new IllegalArgumentException("user or group id " + id + " is out of range");
        }
    }
}

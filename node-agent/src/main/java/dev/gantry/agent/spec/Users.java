package dev.gantry.agent.spec;

import dev.gantry.agent.container.IdRange;
import dev.gantry.agent.container.User;
import dev.gantry.agent.facts.ConfigException;
import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.PodSecurityContext;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Who runs a container: the security contexts' ids, else the image's USER looked up in the image's
/// own passwd and group files.
public final class Users {
    private final LayerFiles files;

    /// @param files of the container's image
    public Users(LayerFiles files) {
        this.files = files;
    }

    /// @param home the user's home directory, `/` when unknown
    public record Resolved(User user, String home) {}

    private record Account(String name, long uid, long gid, String home) {}

    /// The user of a container.
    ///
    /// @param imageUser as the image says it: empty, `1000`, `www`, `www:www`, `1000:33`
    /// @param ownIds the pod has its own range of ids
    /// @throws ConfigException for a user that the image does not have, root where root is
    ///   forbidden, or ids outside the pod's range
    public Resolved of(
            PodSecurityContext pod, Container container, String imageUser, boolean ownIds) {
        var own = container.getSecurityContext();
        var named = named(imageUser);
        long uid = named.uid();
        long gid = named.gid();
        var home = named.home();
        boolean overridden = own.hasRunAsUser() || pod.hasRunAsUser();
        if (overridden) {
            uid = own.hasRunAsUser() ? own.getRunAsUser() : pod.getRunAsUser();
            var account = byId(uid);
            gid = account.map(Account::gid).orElse(0L);
            home = account.map(Account::home).orElse("/");
        }
        if (own.hasRunAsGroup() || pod.hasRunAsGroup()) {
            gid = own.hasRunAsGroup() ? own.getRunAsGroup() : pod.getRunAsGroup();
        }
        boolean nonRoot = own.hasRunAsNonRoot() ? own.getRunAsNonRoot() : pod.getRunAsNonRoot();
        if (nonRoot && uid == 0) {
            throw new ConfigException(
                    overridden
                            ? "container's runAsUser breaks non-root policy"
                            : "container has runAsNonRoot and image will run as root");
        }
        var groups = groups(pod, uid, gid);
        check("user", uid, ownIds);
        check("group", gid, ownIds);
        groups.forEach(g -> check("group", g, ownIds));
        return new Resolved(new User(uid, gid, List.copyOf(groups)), home);
    }

    private Set<Long> groups(PodSecurityContext pod, long uid, long gid) {
        var groups = new LinkedHashSet<Long>();
        boolean strict = pod.getSupplementalGroupsPolicy().equals("Strict");
        if (!strict) {
            byId(uid).ifPresent(a -> groups.addAll(groupsOf(a.name())));
        }
        groups.addAll(pod.getSupplementalGroupsList());
        if (pod.hasFsGroup()) {
            groups.add(pod.getFsGroup());
        }
        groups.remove(gid);
        return groups;
    }

    private static void check(String what, long id, boolean ownIds) {
        if (ownIds && (id < 0 || id >= IdRange.POD_LENGTH)) {
            throw new ConfigException(
                    ("%s id %d is outside the pod's range of %d ids: choose a smaller one, or set"
                                    + " hostUsers: true")
                            .formatted(what, id, IdRange.POD_LENGTH));
        }
    }

    private Account named(String text) {
        if (text.isEmpty()) {
            return byId(0).orElse(new Account("root", 0, 0, "/root"));
        }
        int colon = text.indexOf(':');
        var user = colon < 0 ? text : text.substring(0, colon);
        var number = number(user);
        Account account;
        if (number.isPresent()) {
            long uid = number.getAsLong();
            account = byId(uid).orElse(new Account("", uid, 0, "/"));
        } else {
            account =
                    accounts().stream()
                            .filter(a -> a.name().equals(user))
                            .findFirst()
                            .orElseThrow(() ->
                                    new ConfigException(
                                            "unable to find user %s: no matching entries in passwd file"
                                                    .formatted(user)));
        }
        if (colon < 0) {
            return account;
        }
        long gid = group(text.substring(colon + 1));
        return new Account(account.name(), account.uid(), gid, account.home());
    }

    private long group(String text) {
        var number = number(text);
        if (number.isPresent()) {
            return number.getAsLong();
        }
        for (var fields : entries("etc/group", 3)) {
            var id = number(fields[2]);
            if (fields[0].equals(text) && id.isPresent()) {
                return id.getAsLong();
            }
        }
        throw new ConfigException(
                "unable to find group %s: no matching entries in group file".formatted(text));
    }

    private List<Long> groupsOf(String name) {
        var groups = new ArrayList<Long>();
        for (var fields : entries("etc/group", 4)) {
            var id = number(fields[2]);
            if (id.isPresent() && List.of(fields[3].split(",", -1)).contains(name)) {
                groups.add(id.getAsLong());
            }
        }
        return groups;
    }

    private Optional<Account> byId(long uid) {
        return accounts().stream().filter(a -> a.uid() == uid).findFirst();
    }

    private List<Account> accounts() {
        var accounts = new ArrayList<Account>();
        for (var fields : entries("etc/passwd", 6)) {
            var uid = number(fields[2]);
            var gid = number(fields[3]);
            if (uid.isPresent() && gid.isPresent()) {
                accounts.add(
                        new Account(
                                fields[0],
                                uid.getAsLong(),
                                gid.getAsLong(),
                                fields[5].isEmpty() ? "/" : fields[5]));
            }
        }
        return accounts;
    }

    private List<String[]> entries(String file, int fieldsMin) {
        return files.read(file)
                .orElse("")
                .lines()
                .map(line -> line.split(":", -1))
                .filter(fields -> fields.length >= fieldsMin && !fields[0].startsWith("#"))
                .toList();
    }

    private static OptionalLong number(String text) {
        boolean digits = !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return digits && text.length() <= 10
                ? OptionalLong.of(Long.parseLong(text))
                : OptionalLong.empty();
    }
}

package dev.gantry.api.validation;

import dev.gantry.api.core.v1.PodSecurityContext;
import dev.gantry.api.core.v1.SeccompProfile;
import dev.gantry.api.core.v1.SecurityContext;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/// Rules for security contexts.
final class SecurityRules {
    private static final Pattern SYSCTL =
            Pattern.compile("([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?");

    private SecurityRules() {}

    static void pod(PodSecurityContext context, String path, Findings found) {
        id(context.getRunAsUser(), path + ".runAsUser", found);
        id(context.getRunAsGroup(), path + ".runAsGroup", found);
        id(context.getFsGroup(), path + ".fsGroup", found);
        for (int i = 0; i < context.getSupplementalGroupsCount(); i++) {
            id(context.getSupplementalGroups(i), path + ".supplementalGroups[" + i + "]", found);
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < context.getSysctlsCount(); i++) {
            String at = path + ".sysctls[" + i + "].name";
            String name = context.getSysctls(i).getName();
            if (name.isEmpty()) {
                found.required(at);
            } else if (!SYSCTL.matcher(name).matches()) {
                found.invalid(
                        at, name, "must have at most 253 characters and be a valid sysctl name");
            } else if (!names.add(name)) {
                found.duplicate(at, name);
            }
        }
        if (context.hasSeccompProfile()) {
            seccomp(context.getSeccompProfile(), path + ".seccompProfile", found);
        }
    }

    static void container(SecurityContext context, String path, Findings found) {
        id(context.getRunAsUser(), path + ".runAsUser", found);
        id(context.getRunAsGroup(), path + ".runAsGroup", found);
        if (context.hasAllowPrivilegeEscalation() && !context.getAllowPrivilegeEscalation()) {
            if (context.getPrivileged()) {
                found.invalid(
                        path,
                        "privileged",
                        "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
            }
            if (context.getCapabilities().getAddList().contains("CAP_SYS_ADMIN")) {
                found.invalid(
                        path,
                        "CAP_SYS_ADMIN",
                        "cannot set `allowPrivilegeEscalation` to false and"
                                + " `capabilities.Add` CAP_SYS_ADMIN");
            }
        }
        if (context.hasSeccompProfile()) {
            seccomp(context.getSeccompProfile(), path + ".seccompProfile", found);
        }
    }

    private static void seccomp(SeccompProfile profile, String path, Findings found) {
        found.oneOf(path + ".type", profile.getType(), "Localhost", "RuntimeDefault", "Unconfined");
        boolean local = profile.getType().equals("Localhost");
        if (local && profile.getLocalhostProfile().isEmpty()) {
            found.required(
                    path + ".localhostProfile", "must be set when seccomp type is Localhost");
        } else if (!local && profile.hasLocalhostProfile()) {
            found.invalid(
                    path + ".localhostProfile",
                    profile.getLocalhostProfile(),
                    "can only be set when seccomp type is Localhost");
        }
    }

    private static void id(long id, String path, Findings found) {
        if (id < 0 || id > Integer.MAX_VALUE) {
            found.invalid(path, id, "must be between 0 and 2147483647, inclusive");
        }
    }
}

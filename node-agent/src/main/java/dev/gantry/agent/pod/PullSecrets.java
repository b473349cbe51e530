package dev.gantry.agent.pod;

import com.google.protobuf.ByteString;
import dev.gantry.agent.image.DockerConfig;
import dev.gantry.agent.image.RegistryCredentials.Login;
import dev.gantry.api.core.v1.Secret;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Logins in secrets of the types `kubernetes.io/dockerconfigjson` and `kubernetes.io/dockercfg`. A
/// secret that cannot be read yields none: the registry's answer then says what is missing, and
/// nothing of the secret is ever shown.
final class PullSecrets {
    private PullSecrets() {}

    static List<Login> logins(Secret secret) {
        @Nullable ByteString config = secret.getDataMap().get(".dockerconfigjson");
        @Nullable ByteString old = secret.getDataMap().get(".dockercfg");
        try {
            if (config != null) {
                return DockerConfig.parse(config.toByteArray()).credentials().logins();
            }
            return old == null
                    ? List.of()
                    : DockerConfig.parseLegacy(old.toByteArray()).credentials().logins();
        } catch (IllegalArgumentException e) {
            return List.of();
        }
    }
}

package dev.gantry.agent.image;

import java.util.ArrayList;
import java.util.List;

/// The secrets that a pull may try, in order; the first whose registry fits is used.
public record RegistryCredentials(List<Login> logins) {
    /// None: registries are asked anonymously.
    public static final RegistryCredentials ANONYMOUS = new RegistryCredentials(List.of());

    public RegistryCredentials {
        logins = List.copyOf(logins);
    }

    /// One login for the registry of any image: what `gantry pull --username` gave.
    public static RegistryCredentials of(String username, String password) {
        return username.isEmpty() && password.isEmpty()
                ? ANONYMOUS
                : new RegistryCredentials(List.of(new Login("", username, password)));
    }

    /// These first, then the others.
    public RegistryCredentials then(RegistryCredentials others) {
        List<Login> all = new ArrayList<>(logins);
        all.addAll(others.logins);
        return new RegistryCredentials(all);
    }

    /// @param registry what the login is for: host, host:port, with a path perhaps; empty: any
    /// @param username empty when the secret is an identity token
    /// @param secret password or identity token
    public record Login(String registry, String username, String secret) {
        /// Without the secret.
        @Override
        public String toString() {
            return "Login[" + registry + ", " + username + "]";
        }
    }
}

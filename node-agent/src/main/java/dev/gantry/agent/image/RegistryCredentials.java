package dev.gantry.agent.image;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

    /// The login for an image: the longest entry that fits; one for any registry fits last;
    /// nobody's when none fits.
    Login loginFor(ImageReference image) {
        @Nullable Login best = null;
        int length = -1;
        for (Login login : logins) {
            String place = login.place();
            boolean fits =
                    place.isEmpty()
                            || image.name().equals(place)
                            || image.name().startsWith(place + "/")
                            || (place.startsWith("*.")
                                    && image.registry().endsWith(place.substring(1)));
            if (fits && place.length() > length) {
                best = login;
                length = place.length();
            }
        }
        return best == null ? new Login("", "", "") : best;
    }

    /// @param registry what the login is for: host, host:port, with a path perhaps; empty: any
    /// @param username empty when the secret is an identity token
    /// @param secret password or identity token
    public record Login(String registry, String username, String secret) {
        /// Host and path, without what people write around it: `https://index.docker.io/v1/` is
        /// `docker.io`.
        String place() {
            String text = registry.replaceFirst("^https?://", "").replaceFirst("/+$", "");
            text = text.replaceFirst("/v[12]$", "");
            return switch (text) {
                case "index.docker.io", "registry-1.docker.io" -> "docker.io";
                default -> text;
            };
        }

        /// Without the secret.
        @Override
        public String toString() {
            return "Login[" + registry + ", " + username + "]";
        }
    }
}

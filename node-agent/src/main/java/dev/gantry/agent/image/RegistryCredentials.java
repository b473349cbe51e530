package dev.gantry.agent.image;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// The logins that a pull may try; those whose registry fits are, until one is taken.
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

    /// Whether one of them is for this image's registry.
    public boolean fit(ImageReference image) {
        return !loginsFor(image).isEmpty();
    }

    /// The logins for an image, to be tried in this order: the longest place that fits first, those
    /// for any registry last.
    List<Login> loginsFor(ImageReference image) {
        return logins.stream()
                .filter(login -> login.fits(image))
                .sorted(Comparator.comparingInt(login -> -login.place().length()))
                .toList();
    }

    /// @param registry what the login is for: host, host:port, with a path perhaps; empty: any
    /// @param username empty when the secret is an identity token
    /// @param secret password or identity token
    public record Login(String registry, String username, String secret) {
        static final Login NOBODY = new Login("", "", "");

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

        private boolean fits(ImageReference image) {
            String place = place();
            int slash = place.indexOf('/');
            String host = slash < 0 ? place : place.substring(0, slash);
            String path = slash < 0 ? "" : place.substring(slash + 1);
            boolean pathFits = path.isEmpty() || (image.repository() + "/").startsWith(path + "/");
            return place.isEmpty() || (pathFits && hostFits(host, image.registry()));
        }

        /// `*` stands for any characters of one label, as in Kubernetes' pull secrets.
        private static boolean hostFits(String pattern, String host) {
            String[] wanted = pattern.toLowerCase(Locale.ROOT).split("\\.", -1);
            String[] labels = host.toLowerCase(Locale.ROOT).split("\\.", -1);
            if (wanted.length != labels.length) {
                return false;
            }
            for (int i = 0; i < labels.length; i++) {
                String glob = Pattern.quote(wanted[i]).replace("*", "\\E[^.:]*\\Q");
                if (!labels[i].matches(glob)) {
                    return false;
                }
            }
            return true;
        }

        /// Without the secret.
        @Override
        public String toString() {
            return "Login[" + registry + ", " + username + "]";
        }
    }
}

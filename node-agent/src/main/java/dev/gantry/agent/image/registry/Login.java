package dev.gantry.agent.image.registry;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// What a registry is told about who asks.
///
/// @param username empty: the secret is an identity token; both empty: nobody in particular
public record Login(String username, String secret) {
    public static final Login ANONYMOUS = new Login("", "");

    boolean anonymous() {
        return username.isEmpty() && secret.isEmpty();
    }

    String basic() {
        byte[] pair = (username + ":" + secret).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    /// Without the secret.
    @Override
    public String toString() {
        return "Login[" + username + "]";
    }
}

package dev.gantry.controlplane.controller;

import java.util.UUID;
import java.util.random.RandomGenerator;

/// Names and uids for what controllers create, drawn from a given source so that a plan can be
/// repeated.
public final class Names {

    // Kubernetes' alphabet: no vowels and no look-alikes, so that no word comes out.
    private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
    private static final int SUFFIX_LENGTH = 5;
    private static final int NAME_MAX = 63;

    private Names() {}

    /// `base`, cut to fit, with five random characters.
    public static String generate(String base, RandomGenerator random) {
        StringBuilder name =
                new StringBuilder(
                        base.substring(0, Math.min(base.length(), NAME_MAX - SUFFIX_LENGTH)));
        for (int i = 0; i < SUFFIX_LENGTH; i++) {
            name.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return name.toString();
    }

    /// Digits of `value` in Kubernetes' alphabet of safe characters.
    public static String encode(long value) {
        StringBuilder text = new StringBuilder();
        for (char c : Long.toUnsignedString(value).toCharArray()) {
            text.append(ALPHABET.charAt((c - '0') % ALPHABET.length()));
        }
        return text.toString();
    }

    /// A random uid (RFC 9562, version 4).
    public static String uid(RandomGenerator random) {
        long high = (random.nextLong() & 0xffffffffffff0fffL) | 0x4000L;
        long low = (random.nextLong() & 0x3fffffffffffffffL) | 0x8000000000000000L;
        return new UUID(high, low).toString();
    }
}

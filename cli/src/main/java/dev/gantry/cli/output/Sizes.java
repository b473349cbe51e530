package dev.gantry.cli.output;

import java.util.Locale;

/// Numbers of bytes as people read them.
public final class Sizes {
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB"};

    private Sizes() {}

    /// In powers of 1000, as docker shows images: `12.3MB`.
    public static String of(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 999.5 && unit < UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        String number =
                unit == 0 || value >= 99.95
                        ? String.format(Locale.ROOT, "%.0f", value)
                        : String.format(Locale.ROOT, "%.1f", value);
        return number + UNITS[unit];
    }
}

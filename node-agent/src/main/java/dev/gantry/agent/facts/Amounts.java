package dev.gantry.agent.facts;

import dev.gantry.api.resource.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Amounts of resources as numbers; 0 for one that is absent. The control plane has validated them.
public final class Amounts {
    private static final Map<String, BigDecimal> UNITS =
            Map.ofEntries(
                    Map.entry("n", new BigDecimal("1e-9")),
                    Map.entry("u", new BigDecimal("1e-6")),
                    Map.entry("m", new BigDecimal("1e-3")),
                    Map.entry("", BigDecimal.ONE),
                    Map.entry("k", new BigDecimal("1e3")),
                    Map.entry("M", new BigDecimal("1e6")),
                    Map.entry("G", new BigDecimal("1e9")),
                    Map.entry("T", new BigDecimal("1e12")),
                    Map.entry("P", new BigDecimal("1e15")),
                    Map.entry("E", new BigDecimal("1e18")),
                    Map.entry("Ki", BigDecimal.valueOf(1L << 10)),
                    Map.entry("Mi", BigDecimal.valueOf(1L << 20)),
                    Map.entry("Gi", BigDecimal.valueOf(1L << 30)),
                    Map.entry("Ti", BigDecimal.valueOf(1L << 40)),
                    Map.entry("Pi", BigDecimal.valueOf(1L << 50)),
                    Map.entry("Ei", BigDecimal.valueOf(1L << 60)));

    private Amounts() {}

    /// Whole units, rounded up: bytes.
    public static long units(@Nullable Quantity quantity) {
        return scaled(quantity, BigDecimal.ONE);
    }

    /// Thousandths, rounded up: millicores.
    public static long milli(@Nullable Quantity quantity) {
        return scaled(quantity, BigDecimal.valueOf(1000));
    }

    private static long scaled(@Nullable Quantity quantity, BigDecimal scale) {
        if (quantity == null || quantity.getString().isEmpty()) {
            return 0;
        }
        var text = quantity.getString();
        int end = text.length();
        while (end > 0 && !Character.isDigit(text.charAt(end - 1)) && text.charAt(end - 1) != '.') {
            end--;
        }
        var unit = UNITS.get(text.substring(end));
        if (unit == null) {
            throw new ConfigException("not an amount: " + text);
        }
        var value = new BigDecimal(text.substring(0, end)).multiply(unit).multiply(scale);
        return value.setScale(0, RoundingMode.CEILING)
                .min(BigDecimal.valueOf(Long.MAX_VALUE))
                .longValue();
    }
}

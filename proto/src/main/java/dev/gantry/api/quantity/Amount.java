package dev.gantry.api.quantity;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/// An exact quantity and the notation it was written in. Two are compared by [#value()].
///
/// @param value exact, at most nine decimals (nano)
public record Amount(BigDecimal value, Notation notation) implements Comparable<Amount> {

    private static final BigDecimal LONG_MAX = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final BigDecimal LONG_MIN = BigDecimal.valueOf(Long.MIN_VALUE);
    private static final BigInteger KIBI = BigInteger.valueOf(1024);
    private static final String[] DECIMAL = {"n", "u", "m", "", "k", "M", "G", "T", "P", "E"};
    private static final String[] BINARY = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};

    /// How a quantity is written: `1k`, `1Ki` or `1e3`.
    public enum Notation {
        DECIMAL_SI,
        BINARY_SI,
        DECIMAL_EXPONENT
    }

    /// Thousandths, rounded up; the nearest long when out of its range.
    public long milli() {
        return rounded(value.movePointRight(3));
    }

    /// Whole units, rounded up; the nearest long when out of its range.
    public long whole() {
        return rounded(value);
    }

    @Override
    public int compareTo(Amount other) {
        return value.compareTo(other.value);
    }

    /// Kubernetes' canonical form: the largest suffix without a fraction.
    @Override
    public String toString() {
        if (value.signum() == 0) {
            return "0";
        }
        BigDecimal stripped = value.stripTrailingZeros();
        boolean binary =
                notation == Notation.BINARY_SI
                        && stripped.scale() <= 0
                        && stripped.abs().compareTo(new BigDecimal(KIBI)) >= 0;
        return binary ? binary(stripped.toBigIntegerExact()) : decimal(stripped);
    }

    private String decimal(BigDecimal stripped) {
        int exponent = Math.floorDiv(-stripped.scale(), 3) * 3;
        String mantissa = stripped.movePointLeft(exponent).toBigIntegerExact().toString();
        if (notation == Notation.DECIMAL_EXPONENT) {
            return exponent == 0 ? mantissa : mantissa + "e" + exponent;
        }
        return mantissa + DECIMAL[exponent / 3 + 3];
    }

    private static String binary(BigInteger whole) {
        BigInteger mantissa = whole;
        int suffix = 0;
        while (suffix < BINARY.length - 1 && mantissa.mod(KIBI).signum() == 0) {
            mantissa = mantissa.divide(KIBI);
            suffix++;
        }
        return mantissa + BINARY[suffix];
    }

    private static long rounded(BigDecimal amount) {
        BigDecimal up = amount.setScale(0, RoundingMode.CEILING);
        return up.min(LONG_MAX).max(LONG_MIN).longValueExact();
    }
}

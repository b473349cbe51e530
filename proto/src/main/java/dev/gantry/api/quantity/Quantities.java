package dev.gantry.api.quantity;

import dev.gantry.api.quantity.Amount.Notation;
import dev.gantry.api.resource.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Parses and writes quantities of resources, as k8s.io/apimachinery/pkg/api/resource does.
public final class Quantities {
    private static final Pattern FORM =
            Pattern.compile(
                    "([+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+))(?:([KMGTPE]i)|([numkMGTPE])|[eE](["
                            + "+-]?[0-9]+))?");
    // Kubernetes caps larger values at this, too.
    private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final int NANO_SCALE = 9;
    private static final int LENGTH_MAX = 256;
    // Any number that is not zero is then above the cap, or below a nano.
    private static final int EXPONENT_MAX = 600;
    private static final String DECIMAL_SUFFIXES = "num kMGTPE";
    private static final String BINARY_SUFFIXES = " KMGTPE";

    private Quantities() {}

    /// Parses `250m`, `1.5Gi`, `1e3`; finer than a nano is rounded away from zero.
    ///
    /// @throws IllegalArgumentException says what a quantity looks like
    public static Amount parse(String text) {
        Matcher form = FORM.matcher(text);
        if (text.length() > LENGTH_MAX || !form.matches()) {
            throw new IllegalArgumentException(
                    "quantities must be numbers with a suffix such as m, k, M, G, Ki, Mi, Gi"
                            + " or an exponent, such as 250m or 1.5Gi");
        }
        BigDecimal number = new BigDecimal(form.group(1));
        if (form.group(2) != null) {
            int power = BINARY_SUFFIXES.indexOf(form.group(2).charAt(0));
            BigDecimal value = number.multiply(BigDecimal.valueOf(1024).pow(power));
            boolean small = value.abs().compareTo(BigDecimal.ONE) < 0;
            return amount(value, small ? Notation.DECIMAL_SI : Notation.BINARY_SI);
        }
        if (form.group(3) != null) {
            int power = DECIMAL_SUFFIXES.indexOf(form.group(3).charAt(0)) - 3;
            return amount(number.scaleByPowerOfTen(power * 3), Notation.DECIMAL_SI);
        }
        if (form.group(4) != null) {
            return amount(
                    number.scaleByPowerOfTen(exponent(form.group(4))), Notation.DECIMAL_EXPONENT);
        }
        return amount(number, Notation.DECIMAL_SI);
    }

    /// The exact amount of a message; zero when it is empty.
    ///
    /// @throws IllegalArgumentException when the message holds no quantity
    public static Amount of(Quantity quantity) {
        String text = quantity.getString();
        return text.isEmpty() ? new Amount(BigDecimal.ZERO, Notation.DECIMAL_SI) : parse(text);
    }

    /// The message for a text, in canonical form.
    ///
    /// @throws IllegalArgumentException when the text is no quantity
    public static Quantity quantity(String text) {
        return quantity(parse(text));
    }

    /// The message for an amount, in canonical form.
    public static Quantity quantity(Amount amount) {
        return Quantity.newBuilder().setString(amount.toString()).build();
    }

    /// Thousandths (cpu: millicores), rounded up and saturated.
    public static long milli(Quantity quantity) {
        return of(quantity).milli();
    }

    /// Whole units (memory: bytes), rounded up and saturated.
    public static long bytes(Quantity quantity) {
        return of(quantity).whole();
    }

    private static Amount amount(BigDecimal value, Notation notation) {
        BigDecimal capped = value.min(MAX).max(MAX.negate());
        return new Amount(
                capped.scale() > NANO_SCALE ? capped.setScale(NANO_SCALE, RoundingMode.UP) : capped,
                notation);
    }

    private static int exponent(String digits) {
        // Eight digits fit an int; more are beyond the bound anyway.
        if (digits.length() > 8) {
            return digits.startsWith("-") ? -EXPONENT_MAX : EXPONENT_MAX;
        }
        return Math.clamp(Integer.parseInt(digits), -EXPONENT_MAX, EXPONENT_MAX);
    }
}

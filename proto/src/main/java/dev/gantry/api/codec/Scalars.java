package dev.gantry.api.codec;

import dev.gantry.api.codec.Tree.Scalar;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// What plain scalars mean: YAML 1.1 as Kubernetes' readers know it (go-yaml's resolve.go), which
/// holds JSON's too.
final class Scalars {
    // Longer than any 64-bit number in any base, shorter than what makes parsing expensive.
    private static final int NUMBER_LENGTH_MAX = 100;
    private static final int EXPONENT_MAX = 400;
    private static final Pattern INTEGER =
            Pattern.compile(
                    "[-+]?(0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|0[0-7_]*|[1-9][0-9_]*)");
    private static final Pattern FLOAT =
            Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
    private static final Pattern SPECIAL_FLOAT =
            Pattern.compile("[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");
    private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");
    private static final Set<String> TRUE = Set.of("true", "True", "TRUE");
    private static final Set<String> FALSE = Set.of("false", "False", "FALSE");
    private static final Set<String> BOOLEAN_WORDS = Set.of("y", "yes", "on", "n", "no", "off");

    private Scalars() {}

    static boolean isNull(Tree tree) {
        return tree instanceof Scalar s && s.plain() && NULLS.contains(s.text());
    }

    /// The boolean that a plain scalar is; yes, no, on and off are none.
    static Optional<Boolean> bool(Scalar scalar) {
        if (!scalar.plain()) {
            return Optional.empty();
        }
        if (TRUE.contains(scalar.text())) {
            return Optional.of(true);
        }
        return FALSE.contains(scalar.text()) ? Optional.of(false) : Optional.empty();
    }

    /// Whether YAML 1.1 takes the word for a boolean where YAML 1.2 takes it for text.
    static boolean isBooleanWord(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (!BOOLEAN_WORDS.contains(lower)) {
            return false;
        }
        String rest = text.substring(1);
        return text.equals(text.toUpperCase(Locale.ROOT))
                || rest.equals(rest.toLowerCase(Locale.ROOT));
    }

    /// The whole number that a plain text is, octal with a leading 0; a float without fraction
    /// counts.
    static Optional<BigInteger> integer(String text) {
        if (text.length() > NUMBER_LENGTH_MAX) {
            return Optional.empty();
        }
        if (INTEGER.matcher(text).matches()) {
            return radixInteger(text.replace("_", ""));
        }
        if (!FLOAT.matcher(text).matches()) {
            return Optional.empty();
        }
        return decimal(text).flatMap(Scalars::whole);
    }

    /// Whether plain text reads as something other than a string.
    static boolean isNotString(String text) {
        return NULLS.contains(text)
                || TRUE.contains(text)
                || FALSE.contains(text)
                || isBooleanWord(text)
                || isNumber(text);
    }

    static boolean isNumber(String text) {
        return INTEGER.matcher(text).matches()
                || FLOAT.matcher(text).matches()
                || SPECIAL_FLOAT.matcher(text).matches();
    }

    static Optional<BigDecimal> decimal(String text) {
        if (text.length() > NUMBER_LENGTH_MAX || !FLOAT.matcher(text).matches()) {
            return Optional.empty();
        }
        BigDecimal value;
        try {
            value = new BigDecimal(text);
        } catch (NumberFormatException e) {
            // An exponent that no BigDecimal holds.
            return Optional.empty();
        }
        return Math.abs((long) value.scale()) > EXPONENT_MAX
                ? Optional.empty()
                : Optional.of(value);
    }

    private static Optional<BigInteger> whole(BigDecimal value) {
        return value.stripTrailingZeros().scale() <= 0
                ? Optional.of(value.toBigInteger())
                : Optional.empty();
    }

    private static Optional<BigInteger> radixInteger(String text) {
        boolean negative = text.startsWith("-");
        String digits = negative || text.startsWith("+") ? text.substring(1) : text;
        String lower = digits.toLowerCase(Locale.ROOT);
        int radix = 10;
        if (lower.startsWith("0x")) {
            radix = 16;
        } else if (lower.startsWith("0b")) {
            radix = 2;
        } else if (lower.startsWith("0") && lower.length() > 1) {
            radix = 8;
        }
        String body =
                radix == 10
                        ? lower
                        : lower.substring(radix == 8 && !lower.startsWith("0o") ? 1 : 2);
        if (body.isEmpty()) {
            return Optional.empty();
        }
        BigInteger value = new BigInteger(body, radix);
        return Optional.of(negative ? value.negate() : value);
    }
}

package dev.gantry.api.quantity;

import dev.gantry.api.intstr.IntOrString;
import java.util.OptionalInt;

/// Values that are a number or a text: ports by number or name, counts or percentages.
public final class IntOrStrings {
    private static final int STRING_TYPE = 1;
    private static final int DIGITS_MAX = 9;

    private IntOrStrings() {}

    public static IntOrString of(int value) {
        return IntOrString.newBuilder().setType(0).setIntVal(value).build();
    }

    public static IntOrString of(String value) {
        return IntOrString.newBuilder().setType(STRING_TYPE).setStrVal(value).build();
    }

    public static boolean isString(IntOrString value) {
        return value.getType() == STRING_TYPE;
    }

    /// As manifests show it.
    public static String text(IntOrString value) {
        return isString(value) ? value.getStrVal() : Integer.toString(value.getIntVal());
    }

    /// The percentage of `25%`; empty for all else.
    public static OptionalInt percent(IntOrString value) {
        String text = value.getStrVal();
        if (!isString(value) || !text.matches("[0-9]{1,9}%") || text.length() > DIGITS_MAX + 1) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(Integer.parseInt(text.substring(0, text.length() - 1)));
    }

    /// The count that a number or a percentage of `total` means.
    ///
    /// @param roundUp whether a fraction counts as one (maxSurge) or as none (maxUnavailable)
    /// @throws IllegalArgumentException when the value is a text that is no percentage
    public static int scaled(IntOrString value, int total, boolean roundUp) {
        if (!isString(value)) {
            return value.getIntVal();
        }
        int percent =
                percent(value)
                        .orElseThrow(() ->
                                new IllegalArgumentException(
                                        value.getStrVal() + " is no percentage"));
        long hundredths = (long) percent * total;
        return (int) ((hundredths + (roundUp ? 99 : 0)) / 100);
    }
}

package dev.gantry.agent.image;

/// Outside text made fit to be quoted in a message.
public final class Text {
    private static final int QUOTED_MAX = 200;

    private Text() {}

    /// At most 200 characters, control characters replaced.
    public static String shortened(String text) {
        String cut = text.length() > QUOTED_MAX ? text.substring(0, QUOTED_MAX) + "..." : text;
        StringBuilder clean = new StringBuilder(cut.length());
        cut.codePoints()
                .map(point -> Character.isISOControl(point) ? '?' : point)
                .forEach(clean::appendCodePoint);
        return clean.toString();
    }
}

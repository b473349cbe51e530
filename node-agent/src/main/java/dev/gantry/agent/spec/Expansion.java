package dev.gantry.agent.spec;

import java.util.Map;

/// Kubernetes' `$(NAME)` in commands, arguments and values: known names are replaced, unknown ones
/// stay as they are, `$$` is a dollar sign (k8s third_party/forked/golang/expansion).
public final class Expansion {
    private Expansion() {}

    /// The text with its references replaced.
    public static String expand(String text, Map<String, String> values) {
        var result = new StringBuilder(text.length());
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c != '$' || i + 1 == text.length()) {
                result.append(c);
                i++;
                continue;
            }
            char next = text.charAt(i + 1);
            int end = next == '(' ? text.indexOf(')', i) : -1;
            if (next == '$') {
                result.append('$');
                i += 2;
            } else if (end >= 0) {
                var value = values.get(text.substring(i + 2, end));
                result.append(value == null ? text.substring(i, end + 1) : value);
                i = end + 1;
            } else {
                result.append(c);
                i++;
            }
        }
        return result.toString();
    }
}

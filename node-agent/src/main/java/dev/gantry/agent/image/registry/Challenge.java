package dev.gantry.agent.image.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// One challenge of a `WWW-Authenticate` header (RFC 9110 section 11.6.1).
///
/// @param scheme in lower case
/// @param parameters names in lower case
record Challenge(String scheme, Map<String, String> parameters) {

    /// Reads several headers, each with one challenge or more; what cannot be read ends a header.
    static List<Challenge> parse(List<String> headers) {
        List<Challenge> challenges = new ArrayList<>();
        for (String header : headers) {
            new Reader(header, challenges).read();
        }
        return challenges;
    }

    String parameter(String name) {
        return parameters.getOrDefault(name, "");
    }

    private static final class Reader {
        private final String text;
        private final List<Challenge> into;
        private int at;

        Reader(String text, List<Challenge> into) {
            this.text = text;
            this.into = into;
        }

        void read() {
            while (skip(" ,\t")) {
                String word = token();
                if (word.isEmpty()) {
                    return;
                }
                skip(" \t");
                boolean parameter = at < text.length() && text.charAt(at) == '=';
                if (!parameter) {
                    into.add(new Challenge(word, new LinkedHashMap<>()));
                    continue;
                }
                at++;
                skip(" \t");
                String value = value();
                if (!into.isEmpty()) {
                    into.getLast().parameters.put(word, value);
                }
            }
        }

        private boolean skip(String characters) {
            while (at < text.length() && characters.indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            return at < text.length();
        }

        private String token() {
            int start = at;
            while (at < text.length() && " ,=\t\"".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            return text.substring(start, at).toLowerCase(Locale.ROOT);
        }

        private String value() {
            if (at >= text.length() || text.charAt(at) != '"') {
                int start = at;
                while (at < text.length() && " ,\t".indexOf(text.charAt(at)) < 0) {
                    at++;
                }
                return text.substring(start, at);
            }
            StringBuilder value = new StringBuilder();
            at++;
            while (at < text.length() && text.charAt(at) != '"') {
                if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                    at++;
                }
                value.append(text.charAt(at++));
            }
            at++;
            return value.toString();
        }
    }
}

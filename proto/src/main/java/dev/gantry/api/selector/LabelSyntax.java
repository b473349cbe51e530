package dev.gantry.api.selector;

import java.util.regex.Pattern;

/// How label keys and values may look; the texts are Kubernetes' own (util/validation).
public final class LabelSyntax {
    private static final int NAME_MAX = 63;
    private static final int PREFIX_MAX = 253;
    private static final Pattern NAME = Pattern.compile("([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]");
    private static final Pattern SUBDOMAIN =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

    private LabelSyntax() {}

    /// What is wrong with a key such as `app` or `example.com/app`; empty when nothing is.
    public static String key(String key) {
        int slash = key.indexOf('/');
        String name = key.substring(slash + 1);
        if (slash >= 0) {
            String prefix = key.substring(0, slash);
            if (prefix.isEmpty()) {
                return "prefix part must be non-empty";
            }
            if (prefix.length() > PREFIX_MAX || !SUBDOMAIN.matcher(prefix).matches()) {
                return "prefix part a lowercase RFC 1123 subdomain must consist of lower case"
                        + " alphanumeric"
                        + " characters, '-' or '.', and must start and end with an alphanumeric"
                        + " character"
                        + " (e.g. 'example.com')";
            }
        }
        if (name.isEmpty()) {
            return "name part must be non-empty";
        }
        if (name.length() > NAME_MAX) {
            return "name part must be no more than 63 characters";
        }
        return NAME.matcher(name).matches()
                ? ""
                : "name part must consist of alphanumeric characters, '-', '_' or '.', and must"
                        + " start and end"
                        + " with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or"
                        + " '123-abc')";
    }

    /// What is wrong with a label's value; empty when nothing is.
    public static String value(String value) {
        if (value.length() > NAME_MAX) {
            return "must be no more than 63 characters";
        }
        return value.isEmpty() || NAME.matcher(value).matches()
                ? ""
                : "a valid label must be an empty string or consist of alphanumeric characters,"
                        + " '-', '_' or '.',"
                        + " and must start and end with an alphanumeric character (e.g."
                        + " 'MyValue',  or"
                        + " 'my_value',  or '12345')";
    }
}

package org.sipoauth.cli.phone;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The form of a page that asks for a password. Reads the simple HTML of sign-in pages, no more.
 *
 * @param action where it is sent, as the page writes it; the page's own address if absent
 * @param hiddenFields what is sent along, such as the token against forged requests
 */
record LoginForm(Optional<String> action, Map<String, String> hiddenFields) {
    private static final Pattern FORM = Pattern.compile("(?is)<form\\b([^>]*)>(.*?)</form>");
    private static final Pattern INPUT = Pattern.compile("(?is)<input\\b([^>]*)>");
    private static final Pattern ATTRIBUTE =
            Pattern.compile("([A-Za-z_:][-A-Za-z0-9_:.]*)\\s*=\\s*(?:\"([^\"]*)\"|'([^']*)'|([^\\s\"'>]+))");

    static Optional<LoginForm> find(String html) {
        Matcher forms = FORM.matcher(html);
        while (forms.find()) {
            Map<String, String> hidden = new LinkedHashMap<>();
            boolean asksForPassword = false;
            Matcher inputs = INPUT.matcher(forms.group(2));
            while (inputs.find()) {
                Map<String, String> input = attributes(inputs.group(1));
                String type = input.getOrDefault("type", "text").toLowerCase(Locale.ROOT);
                asksForPassword |= type.equals("password");
                if (type.equals("hidden") && input.containsKey("name")) {
                    hidden.put(input.get("name"), input.getOrDefault("value", ""));
                }
            }
            if (asksForPassword) {
                String action = attributes(forms.group(1)).getOrDefault("action", "");
                return Optional.of(new LoginForm(action.isEmpty() ? Optional.empty() : Optional.of(action), hidden));
            }
        }
        return Optional.empty();
    }

    private static Map<String, String> attributes(String tag) {
        Map<String, String> attributes = new LinkedHashMap<>();
        Matcher found = ATTRIBUTE.matcher(tag);
        while (found.find()) {
            String value = found.group(2) != null ? found.group(2) : found.group(3);
            attributes.putIfAbsent(
                    found.group(1).toLowerCase(Locale.ROOT), unescape(value != null ? value : found.group(4)));
        }
        return attributes;
    }

    private static String unescape(String value) {
        return value.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&#x27;", "'")
                .replace("&amp;", "&");
    }
}

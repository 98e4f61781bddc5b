package org.sipoauth.authz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What nobody sends who means no harm, and what no answer to it may be. */
public final class HostileInput {
    public static final String SCRIPT = "<script>alert(1)</script>";

    /** One of each sort, percent-encoded already, for some are no text at all. */
    public static final List<String> SOME_VALUES = Stream.concat(
                    Stream.of(
                                    "",
                                    SCRIPT,
                                    "x\r\nX-Injected: yes",
                                    "x\0y",
                                    "${7*7}#{7*7}{{7*7}}__${T(java.lang.Runtime)}__::.x",
                                    "a".repeat(6_000))
                            .map(HostileInput::encode),
                    Stream.of("%FF%FE%80"))
            .toList();

    /** All of them. */
    public static final List<String> VALUES = Stream.concat(
                    SOME_VALUES.stream(),
                    Stream.concat(
                            Stream.of(
                                            " ",
                                            "99999999999999999999",
                                            "\u202e\ufeff\ud835\udd4f",
                                            "\"><img src=x onerror=alert(1)>",
                                            "javascript:alert(1)",
                                            "../../../../etc/passwd",
                                            "' OR '1'='1",
                                            "null",
                                            "-1",
                                            "{\"a\":[1]}",
                                            "https://evil.example.com/",
                                            "urn:ietf:params:oauth:request_uri:x___99999999999999",
                                            "\u00e9".repeat(1_000))
                                    .map(HostileInput::encode),
                            Stream.of("%C0%AF", "%ED%A0%80", "%zz", "%")))
            .toList();

    private HostileInput() {}

    /**
     * Queries, or bodies of forms: each parameter in turn with every value, missing, without a value and twice, while the
     * others are good; and some that are no parameters.
     *
     * @param values percent-encoded
     */
    public static List<String> of(Map<String, String> good, List<String> values) {
        Map<String, String> encoded = new LinkedHashMap<>();
        good.forEach((name, value) -> encoded.put(name, encode(value)));
        List<String> all = new ArrayList<>();
        for (String parameter : encoded.keySet()) {
            values.forEach(bad -> all.add(with(encoded, parameter, parameter + "=" + bad)));
            all.add(with(encoded, parameter, "")); // is missing
            all.add(with(encoded, parameter, parameter)); // has no value
            String twice = parameter + "=" + encoded.get(parameter);
            all.add(with(encoded, parameter, twice + "&" + twice));
            all.add(with(encoded, parameter, parameter + "=&" + twice));
        }
        all.add("");
        all.add("&&==&=x&");
        all.add(with(encoded, "none", "unknown=" + encode(SCRIPT)));
        return all;
    }

    private static String with(Map<String, String> good, String replaced, String by) {
        List<String> parts = new ArrayList<>();
        good.forEach((name, value) -> {
            if (!name.equals(replaced)) {
                parts.add(name + "=" + value);
            }
        });
        parts.add(by);
        return parts.stream().filter(part -> !part.isEmpty()).collect(Collectors.joining("&"));
    }

    /** Nothing has failed; the answer shows nothing of the server's insides, and nothing of the request that would run. */
    public static void assertHarmless(HttpResponse<String> answer, String request) {
        String context = request + ": " + answer.statusCode() + " " + answer.body();
        assertThat(answer.statusCode()).as(context).isLessThan(500);
        assertThat(answer.headers().firstValue("X-Injected")).as(context).isEmpty();
        assertThat(answer.body())
                .as(context)
                .doesNotContain(
                        SCRIPT, "<img src=x", "Exception", "\tat ", "org.springframework", "org.sipoauth", "root:x:");
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, UTF_8);
    }
}

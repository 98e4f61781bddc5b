package org.sipoauth.verifier;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Headers and claims as some issuer might write them: in all spellings that JSON has, in any order, with more in them than we look at and
 * now and then less, at the edges of what is accepted, and some of them broken. Not thread-safe.
 */
final class SpeltTokens {
    private static final String[] SPACES = {" ", "\n", "\t", "\r\n  "};
    private static final String[] CHARACTERS = {
        "a",
        "Z",
        "7",
        " ",
        "/",
        "\"",
        "\\",
        "\n",
        "\u0000",
        "\u001f",
        "\u007f",
        "\u00e9",
        "\u20ac",
        "\u2028",
        "\ufeff",
        "\ud83d\ude00"
    };
    private static final String[] NUMBERS = {
        "0",
        "-0",
        "7",
        "-1500.0",
        "0.1",
        "1e5",
        "1E-7",
        "1e+308",
        "1e999",
        "9223372036854775808",
        "123456789012345678901234567890"
    };
    private static final String[] PIECES = {
        "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "e", "null", " ", "\u0000", "\u00e9", "\"x\":1,"
    };
    private static final long NOW = Oracles.NOW.getEpochSecond();

    private final Random random;

    SpeltTokens(long seed) {
        this.random = new Random(seed);
    }

    String header(String algorithm, String keyId) {
        List<String> members = new ArrayList<>();
        add(members, "alg", string(algorithm));
        add(members, "kid", string(keyId));
        add(members, "typ", string(oneOf(rarely() ? "JWT" : "at+jwt", "AT+JWT", "application/at+jwt")));
        addUnknown(members);
        return document(members);
    }

    String claims() {
        List<String> members = new ArrayList<>();
        add(members, "iss", string(TestTokens.ISSUER));
        add(members, "sub", string("c" + text()));
        String audience = string(TestTokens.AUDIENCE);
        add(members, "aud", oneOf(audience, "[" + audience + "]", "[" + string(text()) + "," + audience + "]"));
        add(members, "exp", date(NOW + (rarely() ? 0 : oneOf(1, 2, 3600, 1_000_000_000))));
        add(members, "iat", date(NOW - (rarely() ? -1 : oneOf(0, 1, 60))));
        add(members, "jti", string("c" + text()));
        add(members, "client_id", string("c" + text()));
        if (random.nextBoolean()) {
            // not now: Nimbus takes a token from the second after that on, RFC 7519 §4.1.5 and we from that second on
            add(members, "nbf", date(NOW - (rarely() ? -1 : oneOf(2, 60))));
        }
        if (random.nextBoolean()) {
            add(members, "scope", string(oneOf(rarely() ? " a" : "sip.register", "openid sip.register")));
        }
        if (random.nextInt(4) == 0) {
            add(
                    members,
                    "status",
                    "{\"status_list\":{\"idx\":" + oneOf(rarely() ? "-1" : "0", "2147483647") + ",\"uri\":"
                            + string("u:") + "}}");
        }
        if (random.nextInt(4) == 0) {
            add(members, "cnf", "{\"x5t#S256\":\"" + "A".repeat(43) + "\"}");
        }
        if (random.nextInt(4) == 0) {
            add(members, "aor", "[" + string("sip:1@example.com") + "]");
        }
        addUnknown(members);
        return document(members);
    }

    private void addUnknown(List<String> members) {
        for (int more = random.nextInt(3); more > 0; more--) {
            add(members, "x" + random.nextInt(1000) + text(), value(0));
        }
    }

    /** Nearly always once. */
    private void add(List<String> members, String name, String value) {
        int copies = random.nextInt(200);
        for (int i = copies == 0 ? 0 : copies == 1 ? 2 : 1; i > 0; i--) {
            members.add(string(name) + space() + ":" + space() + value);
        }
    }

    private String document(List<String> members) {
        Collections.shuffle(members, random);
        StringBuilder json = new StringBuilder(space() + "{" + space());
        json.append(String.join(space() + "," + space(), members));
        json.append(space()).append('}').append(space());
        if (rarely()) { // broken, most likely
            int at = random.nextInt(json.length());
            if (random.nextBoolean()) {
                json.deleteCharAt(at);
            } else {
                json.insert(at, oneOf(PIECES));
            }
        }
        return json.toString();
    }

    private String date(long seconds) {
        return switch (random.nextInt(20)) {
            case 0 -> seconds + ".0";
            case 1 -> seconds + ".5";
            case 2 -> seconds + ".999999999";
            case 3 -> seconds + "e0";
            case 4 -> seconds + "0E-1";
            case 5 -> seconds / 1_000_000_000 + "." + String.format("%09d", seconds % 1_000_000_000) + "e+9";
            default ->
                rarely()
                        ? oneOf(string(Long.toString(seconds)), "null", "-1", "0" + seconds, "1e99")
                        : Long.toString(seconds);
        };
    }

    private String value(int depth) {
        switch (random.nextInt(depth > 12 ? 3 : 5)) {
            case 0:
                return oneOf(NUMBERS);
            case 1:
                return oneOf("true", "false", "null");
            case 2:
                return string(text());
            case 3:
                return "[" + space() + value(depth + 1) + (random.nextBoolean() ? "," + value(depth + 1) : "") + "]";
            default:
                return "{" + string(text()) + ":" + space() + value(depth + 1) + "}";
        }
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            text.append(random.nextInt(4) == 0 ? oneOf(CHARACTERS) : "b");
        }
        return text.toString();
    }

    /** In one of its spellings; a pair of surrogates as one of two. */
    private String string(String text) {
        if (text.contains("\ud83d\ude00") && random.nextBoolean()) {
            return string(text.replace("\ud83d\ude00", "")).replaceFirst("\"$", "\\\\uD83D\\\\ude00\"");
        }
        StringBuilder json = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c < ' ' || random.nextInt(30) == 0 && !Character.isSurrogate(c)) {
                json.append(String.format(random.nextBoolean() ? "\\u%04x" : "\\u%04X", (int) c));
            } else if (c == '"' || c == '\\' || c == '/' && random.nextInt(8) == 0) {
                json.append('\\').append(c);
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }

    private String space() {
        return random.nextInt(4) == 0 ? oneOf(SPACES) : "";
    }

    private boolean rarely() {
        return random.nextInt(20) == 0;
    }

    private String oneOf(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private int oneOf(int... choices) {
        return choices[random.nextInt(choices.length)];
    }
}

package org.sipoauth.benchmarks.hostile;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.sipoauth.benchmarks.platform.TokenIssuer;
import org.sipoauth.benchmarks.platform.TokenIssuer.Algorithm;

/**
 * Texts that no verifier may accept, cheap to make and each made at random: from noise to tokens with a genuine signature. The
 * latter are for another audience, and no few changes make ours of that. Not thread-safe.
 */
final class Inputs {
    /** How an input is made, and how many of 100 are made so: cheap ones often, those that cost an attacker our key seldom. */
    enum Kind {
        NOISE(25),
        BASE64URL_NOISE(16),
        TRUNCATED(25),
        HEADER_CHANGED(25),
        CHANGED(5),
        SPLICED(2),
        SIGNED(1),
        LARGE(1);

        private final int share;

        Kind(int share) {
            this.share = share;
        }

        private static Kind at(int hundredth) {
            for (Kind kind : values()) {
                hundredth -= kind.share;
                if (hundredth < 0) {
                    return kind;
                }
            }
            throw new AssertionError("shares are not 100");
        }
    }

    private static final int MAX_LENGTH = 8 * 1024;
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    /** What parsers stumble over. */
    private static final String[] PIECES = {
        "\"",
        "\\",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\\u",
        "\\ud800",
        "\\ud83d\\ude00",
        "null",
        "true",
        "-0",
        "1e999",
        "1e-999",
        "9223372036854775808",
        "0.1",
        "\u0000",
        "\u007f",
        "\u00e9",
        "\u20ac",
        "\ud83d\ude00",
        "\ufeff",
        "..",
        ".",
        "=",
        "+",
        "/",
        " ",
        "\n",
        "{\"alg\":\"none\"}",
        "\"crit\":[\"x\"]",
        "\"b64\":false",
        "\"alg\":\"HS256\"",
        "\"typ\":\"JWT\"",
        "\"exp\":",
        "\"iss\":\"https://authz.example.com\",",
        "\"aud\":[",
        "\"cnf\":{}",
        "\"status\":{\"status_list\":{\"idx\":",
        "\"__proto__\":"
    };

    private final TokenIssuer issuer;
    private final SplittableRandom random;
    private final List<String> genuine = new ArrayList<>();
    private final String foreignClaims;
    private Kind kind = Kind.NOISE;

    Inputs(TokenIssuer issuer, long seed, long now) {
        this.issuer = issuer;
        this.random = new SplittableRandom(seed);
        for (Algorithm algorithm : TokenIssuer.algorithms()) {
            for (int i = 0; i < 16; i++) {
                String claims = TokenIssuer.claims(TokenIssuer.AUDIENCE, "user" + i, "genuine" + i, now, now + 3600);
                genuine.add(issuer.sign(algorithm, TokenIssuer.header(algorithm), claims));
            }
        }
        this.foreignClaims = TokenIssuer.claims("sip:elsewhere.example.net", "mallory", "foreign", now, now + 3600);
    }

    /** What {@link #next} made last. */
    Kind kind() {
        return kind;
    }

    /** Tokens that are accepted, from which others are made. */
    List<String> genuine() {
        return genuine;
    }

    String next() {
        kind = Kind.at(random.nextInt(100));
        String input = make();
        while (genuine.contains(input)) { // a change undid another
            input = make();
        }
        return input;
    }

    private String make() {
        String token = genuine.get(random.nextInt(genuine.size()));
        return switch (kind) {
            case NOISE -> noise();
            case BASE64URL_NOISE -> base64url(60) + '.' + base64url(400) + '.' + base64url(90);
            case TRUNCATED -> truncated(token);
            case HEADER_CHANGED -> {
                Algorithm algorithm = TokenIssuer.algorithms().get(random.nextInt(3));
                yield TokenIssuer.encode(changed(TokenIssuer.header(algorithm), PIECES))
                        + token.substring(token.indexOf('.'));
            }
            case CHANGED -> changed(token, null);
            case SPLICED -> {
                String[] one = token.split("\\.");
                String[] other = genuine.get(random.nextInt(genuine.size())).split("\\.");
                yield random.nextBoolean()
                        ? one[0] + '.' + other[1] + '.' + one[2]
                        : one[0] + '.' + one[1] + '.' + (random.nextBoolean() ? other[2] : base64url86());
            }
            case SIGNED -> {
                Algorithm algorithm = random.nextBoolean() ? Algorithm.ES256 : Algorithm.Ed25519;
                yield issuer.sign(algorithm, TokenIssuer.header(algorithm), changed(foreignClaims, PIECES));
            }
            case LARGE -> large(token);
        };
    }

    private String noise() {
        int length = random.nextInt(random.nextInt(50) == 0 ? 2 * MAX_LENGTH : 200);
        StringBuilder text = new StringBuilder(length);
        int largest = random.nextInt(3) == 0 ? Character.MAX_VALUE : 127;
        for (int i = 0; i < length; i++) {
            text.append((char) random.nextInt(largest + 1));
        }
        return text.toString();
    }

    private String truncated(String token) {
        int at = random.nextInt(token.length());
        return random.nextInt(4) == 0 ? token.substring(at + 1) : token.substring(0, at);
    }

    /** One to four times a character replaced, put in, left out or repeated, or one of the pieces put in. */
    private String changed(String text, String @Nullable [] pieces) {
        StringBuilder changed = new StringBuilder(text);
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            int at = random.nextInt(changed.length());
            switch (random.nextInt(pieces == null ? 5 : 8)) {
                case 0, 1 -> changed.setCharAt(at, ALPHABET.charAt(random.nextInt(64)));
                case 2 -> changed.insert(at, ALPHABET.charAt(random.nextInt(64)));
                case 3 -> changed.deleteCharAt(at);
                case 4 -> {
                    int end = Math.min(changed.length(), at + 1 + random.nextInt(20));
                    changed.insert(random.nextInt(changed.length()), changed.substring(at, end));
                }
                default -> changed.insert(at, pieces[random.nextInt(pieces.length)]);
            }
        }
        return changed.toString();
    }

    /** As near to the largest size as can be, of what takes a parser longest. */
    private String large(String token) {
        int room = (MAX_LENGTH - token.length()) * 3 / 4 - 100;
        StringBuilder member = new StringBuilder();
        switch (random.nextInt(7)) {
            case 0 -> member.append("[".repeat(room));
            case 1 -> member.append("{\"a\":".repeat(room / 5));
            case 2 -> appendList(member, room, () -> "\"" + collidingName() + "\":0");
            case 3 -> appendList(member, room, () -> String.valueOf(random.nextLong()));
            case 4 ->
                member.append('"').append("\\ud83d\\ude00".repeat(room / 12)).append('"');
            case 5 -> member.append('"').append("\u20ac".repeat(room / 3)).append('"');
            default -> member.append(" ".repeat(room)).append('0');
        }
        boolean names = member.indexOf("\":0") > 0;
        String value = names ? "{" + member + "}" : member.indexOf(",") > 0 ? "[" + member + "]" : member.toString();
        String header = "{\"x\":" + value + ",\"alg\":\"ES256\",\"kid\":\"ES256\",\"typ\":\"at+jwt\"}";
        return TokenIssuer.encode(header) + token.substring(token.indexOf('.'));
    }

    private interface Piece {
        String next();
    }

    private static void appendList(StringBuilder list, int room, Piece piece) {
        while (list.length() < room - 50) {
            list.append(list.isEmpty() ? "" : ",").append(piece.next());
        }
    }

    /** Of 16 pairs, each of which has the hash of the other, so all 65,536 have one {@code hashCode}. */
    private String collidingName() {
        StringBuilder name = new StringBuilder(32);
        for (int i = 0; i < 16; i++) {
            name.append(random.nextBoolean() ? "Aa" : "BB");
        }
        return name.toString();
    }

    private String base64url(int about) {
        int length = random.nextInt(2 * about);
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(ALPHABET.charAt(random.nextInt(64)));
        }
        return text.toString();
    }

    /** 64 bytes at random, canonical: the last character carries two bits. */
    private String base64url86() {
        StringBuilder text = new StringBuilder(86);
        for (int i = 0; i < 85; i++) {
            text.append(ALPHABET.charAt(random.nextInt(64)));
        }
        return text.append("AQgw".charAt(random.nextInt(4))).toString();
    }
}

package org.sipoauth.authz.administration;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sipoauth.authz.redis.Expected;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;

/** What a request wants of the record that it changes (RFC 9110 §13.1), whose revision is its entity tag. */
public final class Preconditions {
    private static final Pattern STRONG_TAG = Pattern.compile("\"([\\x21\\x23-\\x7e]{1,64})\"");

    private Preconditions() {}

    /**
     * {@code If-Match} with one strong entity tag or {@code *}, or {@code If-None-Match: *}, or neither.
     *
     * @throws RequestRefused for any other use of them: ignored, it would overwrite what it was to protect
     */
    public static Expected of(HttpHeaders headers) {
        List<String> match = headers.getOrEmpty(HttpHeaders.IF_MATCH);
        List<String> noneMatch = headers.getOrEmpty(HttpHeaders.IF_NONE_MATCH);
        if (match.isEmpty() && noneMatch.isEmpty()) {
            return Expected.ANYTHING;
        }
        if (match.isEmpty() && noneMatch.equals(List.of("*"))) {
            return Expected.ABSENT;
        }
        if (match.size() == 1 && noneMatch.isEmpty()) {
            Matcher tag = STRONG_TAG.matcher(match.get(0));
            if (tag.matches()) {
                return new Expected.Revision(tag.group(1));
            }
            if (match.get(0).equals("*")) {
                return Expected.PRESENT;
            }
        }
        throw new RequestRefused(
                HttpStatus.BAD_REQUEST,
                "to change only what you have seen, send If-Match with its ETag; to create only, If-None-Match: *");
    }

    /** A record's strong entity tag. */
    public static String entityTag(String revision) {
        return '"' + revision + '"';
    }
}

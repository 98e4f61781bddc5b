package org.sipoauth.authz.status;

import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names one status list, and so its place in Redis and its address. A list is for families of one shard whose end falls
 * in one period of 30 days. It has 65,536 bits, of which each is given to one family at most and never again: the whole
 * list goes when its families have. So a bit only ever goes from 0 to 1, and what a store has lost can be put back by OR.
 *
 * <p>In Redis, all under the shard's hash tag: {@link #shardKey} is a hash that holds, for each list by its
 * {@link #field}, how many indexes are given out, and under {@link #CHANGED} a value that is different after each
 * revocation in the shard; {@link #takenKey} and {@link #revokedKey} are bitmaps. {@code GETBIT} counts from the highest
 * bit of a byte, a published list from the lowest.
 *
 * @param shard of the families, 0 to 63
 * @param period in which they end, in 30 days since 1970
 * @param number from 0: the next list begins when one is full
 */
public record StatusListName(int shard, long period, int number) {
    public static final int SHARDS = 64;
    /** The bits of a list. */
    public static final int SIZE = 65_536;
    /** So many of a list are given out: with some left, a random one is found soon. */
    public static final int CAPACITY = SIZE / 4 * 3;

    public static final Duration PERIOD = Duration.ofDays(30);
    /** The field of {@link #shardKey} that changes with every revocation. */
    public static final String CHANGED = "v";

    private static final Duration MARGIN = Duration.ofDays(1);
    private static final int MOST_DIGITS = 7;
    private static final Pattern TEXT = Pattern.compile("s(\\d\\d)\\.(.+)");

    public StatusListName {
        if (shard < 0 || shard >= SHARDS || period < 0 || number < 0) {
            throw new IllegalArgumentException("a status list has a shard of 0 to 63, a period and a number");
        }
    }

    /** The list for families of the shard that end at this instant. */
    public static StatusListName forEnd(int shard, Instant end, int number) {
        return new StatusListName(shard, period(end), number);
    }

    /** The period in which an instant falls. */
    public static long period(Instant instant) {
        return Math.floorDiv(instant.getEpochSecond(), PERIOD.toSeconds());
    }

    /** @throws IllegalArgumentException if it is not a {@link #field} */
    public static StatusListName ofField(int shard, String field) {
        int point = field.indexOf('.');
        int period = point < 0 ? -1 : number(field.substring(0, point));
        int number = point < 0 ? -1 : number(field.substring(point + 1));
        if (period < 0 || number < 0) {
            throw new IllegalArgumentException("not a status list of a shard: " + field);
        }
        return new StatusListName(shard, period, number);
    }

    /** A number of up to seven digits as this class writes it, or -1. */
    private static int number(String digits) {
        boolean one = !digits.isEmpty()
                && digits.length() <= MOST_DIGITS
                && digits.chars().allMatch(digit -> digit >= '0' && digit <= '9')
                && (digits.length() == 1 || digits.charAt(0) != '0');
        return one ? Integer.parseInt(digits) : -1;
    }

    /**
     * Reads what {@link #toString} printed.
     *
     * @throws IllegalArgumentException if it is anything else
     */
    public static StatusListName parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not the name of a status list");
        }
        return ofField(Integer.parseInt(matcher.group(1)), matcher.group(2));
    }

    /** How a shard is called, such as {@code s07}; in braces it is the hash tag of its keys. */
    public static String shardName(int shard) {
        return (shard < 10 ? "s0" : "s") + shard;
    }

    /** The hash with all that a shard knows about its lists. */
    public static String shardKey(int shard) {
        return "{" + shardName(shard) + "}:status";
    }

    /** Its name within the shard: {@code <period>.<number>}. */
    public String field() {
        return period + "." + number;
    }

    /** The bitmap of the indexes that are given out. */
    public String takenKey() {
        return "{" + shardName(shard) + "}:taken:" + field();
    }

    /** The bitmap of the families that are revoked; there is none before the first. */
    public String revokedKey() {
        return "{" + shardName(shard) + "}:revoked:" + field();
    }

    /**
     * When the list may go: no family of it, and no access token of such a family, is left.
     *
     * @param longestAccessToken how long access tokens live at most
     */
    public Instant goneAt(Duration longestAccessToken) {
        return Instant.ofEpochSecond((period + 1) * PERIOD.toSeconds())
                .plus(longestAccessToken)
                .plus(MARGIN);
    }

    /** The first period whose lists are not yet gone. */
    public static long oldestPeriod(Instant now, Duration longestAccessToken) {
        return period(now.minus(longestAccessToken).minus(MARGIN));
    }

    /** The address under which it is served, and its {@code sub}. */
    public String uri(String issuer) {
        return issuer + "/oauth2/status-lists/" + this;
    }

    @Override
    public String toString() {
        return shardName(shard) + "." + field();
    }
}

package org.sipoauth.cli.audit;

import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Follows the chain of a server's audit files, line by line, with the key that the server had first. What a line has to be
 * is in {@code docs/audit.md}.
 */
final class AuditChain {
    /** A line that does not follow the one before; the message says what has happened to it. */
    static final class Broken extends Exception {
        private static final long serialVersionUID = 1L;

        Broken(String what) {
            super(what, null, false, false);
        }
    }

    private static final Pattern LINE = Pattern.compile(
            "(\\{\"seq\":([1-9]\\d{0,17}),\"epoch\":(0|[1-9]\\d{0,8}),\"event\":\"(\\w+)\".*),\"mac\":\"([\\w-]{43})\"}");
    private static final Pattern PREVIOUS = Pattern.compile("\"previous_mac\":\"([\\w-]{43})\"");
    private static final byte[] NEXT_EPOCH = "sipoauth audit: next epoch".getBytes(StandardCharsets.US_ASCII);

    private byte[] key;
    private long epoch;
    private long seq;
    private byte[] mac = new byte[32];

    AuditChain(byte[] firstKey) {
        this.key = firstKey.clone();
    }

    /** Of the last record that was accepted. */
    long seq() {
        return seq;
    }

    /** Of the last record that was accepted. */
    String mac() {
        return Base64URL.encode(mac).toString();
    }

    /** Begins with the first line of a file, whose predecessors are not there: that line says where it belongs. */
    void beginAt(String line) throws Broken {
        Matcher parts = parse(line);
        Matcher previous = PREVIOUS.matcher(line);
        if (!parts.group(4).equals("audit_file_begun") || !previous.find()) {
            throw new Broken("is not the first line of an audit file: its beginning is gone");
        }
        seq = Long.parseLong(parts.group(2)) - 1;
        mac = Base64URL.from(previous.group(1)).decode();
        while (epoch < Long.parseLong(parts.group(3))) {
            nextEpoch();
        }
    }

    /** @return the event of the line, which follows the one before */
    String accept(String line) throws Broken {
        Matcher parts = parse(line);
        long found = Long.parseLong(parts.group(2));
        if (found > seq + 1) {
            throw new Broken("is record " + found + " where record " + (seq + 1) + " belongs: those between are gone");
        }
        if (found <= seq) {
            throw new Broken("is record " + found + ", which belongs before record " + (seq + 1)
                    + ": it was moved or is there twice");
        }
        byte[] expected = hmac(mac, parts.group(1).getBytes(StandardCharsets.UTF_8));
        if (Long.parseLong(parts.group(3)) != epoch
                || !Base64URL.encode(expected).toString().equals(parts.group(5))) {
            throw new Broken("is not as the server wrote it: record " + found
                    + " was changed, or the one before it was put in its place, or this is the key of another chain");
        }
        seq = found;
        mac = expected;
        if (parts.group(4).equals("audit_checkpoint")) {
            nextEpoch();
        }
        return parts.group(4);
    }

    private static Matcher parse(String line) throws Broken {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) {
            throw new Broken("is no audit record");
        }
        return parts;
    }

    private void nextEpoch() {
        key = hmac(NEXT_EPOCH, new byte[0]);
        epoch++;
    }

    private byte[] hmac(byte[] first, byte[] second) {
        try {
            Mac hmac = Mac.getInstance("HmacSHA256");
            hmac.init(new SecretKeySpec(key, "HmacSHA256"));
            hmac.update(first);
            return hmac.doFinal(second);
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("this Java has no HmacSHA256", broken);
        }
    }
}

package org.sipoauth.authz.audit;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What makes a file of records tamper-evident. Each record is one line, a JSON object that begins with its number {@code
 * seq} and its {@code epoch}, and ends with {@code mac}: HMAC-SHA-256, under the key of the epoch, of the MAC before it
 * and all of the line that precedes this member. So a record that is changed, removed or moved shows, and only the end can
 * be cut off unseen.
 *
 * <p>The key of an epoch is made from the one before, which is then forgotten: who takes the server over cannot make anew
 * what was written in former epochs. An epoch ends with a record {@link #CHECKPOINT}. All are made from the first, which
 * is kept elsewhere, to verify.
 *
 * @param seq of the last record; 0: there is none
 * @param mac of the last record
 * @param key of the epoch
 */
record AuditChain(String name, long epoch, long seq, byte[] mac, byte[] key) {
    static final String CHECKPOINT = "audit_checkpoint";

    private static final int BYTES = 32;
    private static final String MAC_MEMBER = ",\"mac\":\"";
    private static final byte[] NEXT_EPOCH = "sipoauth audit: next epoch".getBytes(StandardCharsets.US_ASCII);

    /** A line, and the chain after it. */
    record Sealed(String line, AuditChain chain) {}

    static AuditChain begin(String name, byte[] firstKey) {
        return new AuditChain(name, 0, 0, new byte[BYTES], firstKey);
    }

    /** @param json an object with at least one member */
    Sealed seal(String json) {
        String begun = "{\"seq\":" + (seq + 1) + ",\"epoch\":" + epoch + "," + json.substring(1, json.length() - 1);
        AuditChain next = after(begun);
        return new Sealed(begun + MAC_MEMBER + text(next.mac) + "\"}", next);
    }

    /** The chain after a line of it; empty if this is not the line that follows. */
    Optional<AuditChain> verify(String line) {
        int end = line.lastIndexOf(MAC_MEMBER);
        if (end < 0 || !line.startsWith("{\"seq\":" + (seq + 1) + ",\"epoch\":" + epoch + ",")) {
            return Optional.empty();
        }
        AuditChain next = after(line.substring(0, end));
        boolean whole = MessageDigest.isEqual(
                line.substring(end).getBytes(StandardCharsets.UTF_8),
                (MAC_MEMBER + text(next.mac) + "\"}").getBytes(StandardCharsets.UTF_8));
        return whole ? Optional.of(next) : Optional.empty();
    }

    private AuditChain after(String begunLine) {
        byte[] nextMac = hmac(key, mac, begunLine.getBytes(StandardCharsets.UTF_8));
        boolean ends = begunLine.contains("\"event\":\"" + CHECKPOINT + "\"");
        return new AuditChain(
                name, ends ? epoch + 1 : epoch, seq + 1, nextMac, ends ? hmac(key, NEXT_EPOCH, new byte[0]) : key);
    }

    String macText() {
        return text(mac);
    }

    /** For the server alone: with it records can be made until the epoch ends. */
    String toState() {
        return String.join(" ", name, Long.toString(epoch), Long.toString(seq), text(mac), text(key));
    }

    /** @throws IllegalArgumentException if it is not what {@link #toState} made */
    static AuditChain ofState(String state) {
        String[] parts = state.strip().split(" ");
        if (parts.length != 5) {
            throw new IllegalArgumentException("not the state of a chain");
        }
        return new AuditChain(
                parts[0],
                Long.parseLong(parts[1]),
                Long.parseLong(parts[2]),
                Base64.getUrlDecoder().decode(parts[3]),
                Base64.getUrlDecoder().decode(parts[4]));
    }

    private static String text(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] hmac(byte[] key, byte[] first, byte[] second) {
        try {
            Mac hmac = Mac.getInstance("HmacSHA256");
            hmac.init(new SecretKeySpec(key, "HmacSHA256"));
            hmac.update(first);
            return hmac.doFinal(second);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has HmacSHA256", e);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AuditChain chain && toState().equals(chain.toState());
    }

    @Override
    public int hashCode() {
        return Long.hashCode(seq);
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "AuditChain[" + name + ", epoch " + epoch + ", seq " + seq + "]";
    }
}

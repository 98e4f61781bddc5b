package org.sipoauth.authz.devicegrant;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sipoauth.authz.settings.RandomSecret;

/**
 * What a phone polls with: the id of its record, which follows from the user code, so that one record is found by either
 * code, and 256 random bits.
 */
final class DeviceCode {
    private static final int ID_BYTES = 16;
    private static final int SECRET_BITS = 256;
    private static final Pattern FORM = Pattern.compile("([A-Za-z0-9_-]{22})\\.([A-Za-z0-9_-]{43})");

    private final String id;
    private final String secret;

    private DeviceCode(String id, String secret) {
        this.id = id;
        this.secret = secret;
    }

    static DeviceCode randomFor(UserCode userCode) {
        return new DeviceCode(idOf(userCode), RandomSecret.ofBits(SECRET_BITS));
    }

    /** Empty if it cannot be one. */
    static Optional<DeviceCode> parse(String value) {
        Matcher parts = FORM.matcher(value);
        return parts.matches() ? Optional.of(new DeviceCode(parts.group(1), parts.group(2))) : Optional.empty();
    }

    /** Names the record; no secret, since a user code is soon found from it. */
    static String idOf(UserCode userCode) {
        return base64url(Arrays.copyOf(sha256("user code " + userCode.letters()), ID_BYTES));
    }

    String id() {
        return id;
    }

    /** All that the store holds of the secret. */
    String secretHash() {
        return base64url(sha256(secret));
    }

    /** As the phone is given it. */
    String value() {
        return id + "." + secret;
    }

    @Override
    public String toString() {
        return "DeviceCode";
    }

    private static String base64url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }
}

package org.sipoauth.authz.client;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.password.PasswordEncoder;

/**
 * Secrets of machines: {@code {sha256}} and the SHA-256 in hexadecimal. Right only for secrets of 256 random bits, which
 * nobody can guess however fast the hash; a slow hash, made for people's passwords, would cost every request 40 ms.
 */
public final class MachineSecretEncoder implements PasswordEncoder {
    private static final String PREFIX = "{sha256}";
    private static final Pattern ENCODED = Pattern.compile("\\{sha256}[0-9a-f]{64}");

    @Override
    public String encode(@Nullable CharSequence secret) {
        return PREFIX + HexFormat.of().formatHex(sha256(String.valueOf(secret)));
    }

    @Override
    public boolean matches(@Nullable CharSequence secret, @Nullable String encoded) {
        return secret != null
                && encoded != null
                && MessageDigest.isEqual(
                        encode(secret).getBytes(StandardCharsets.US_ASCII),
                        encoded.getBytes(StandardCharsets.US_ASCII));
    }

    /** Whether this is a hash in the form that {@link #encode} makes. */
    static boolean isEncoded(String text) {
        return ENCODED.matcher(text).matches();
    }

    private static byte[] sha256(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }
}

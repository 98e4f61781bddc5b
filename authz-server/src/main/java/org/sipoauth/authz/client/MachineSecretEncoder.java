package org.sipoauth.authz.client;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.crypto.password.PasswordEncoder;

/**
 * Secrets of machines: {@code {sha256}} and the SHA-256 in hexadecimal. Right only for secrets of 256 random bits, which
 * nobody can guess however fast the hash; a slow hash, made for people's passwords, would cost every request 40 ms. Guesses
 * are not counted: whoever could fill such a count would shut the machine out. So one that is short enough for a person to
 * have made it up is refused, even where it is the right one.
 */
public final class MachineSecretEncoder implements PasswordEncoder {
    private static final String PREFIX = "{sha256}";
    /** Into fewer no 128 bits go, in base64url. */
    private static final int FEWEST_CHARACTERS = 22;

    private static final Logger LOG = LoggerFactory.getLogger(MachineSecretEncoder.class);
    private static final Pattern ENCODED = Pattern.compile("\\{sha256}[0-9a-f]{64}");

    @Override
    public String encode(@Nullable CharSequence secret) {
        return PREFIX + HexFormat.of().formatHex(sha256(String.valueOf(secret)));
    }

    @Override
    public boolean matches(@Nullable CharSequence secret, @Nullable String encoded) {
        boolean same = secret != null
                && encoded != null
                && MessageDigest.isEqual(
                        encode(secret).getBytes(StandardCharsets.US_ASCII),
                        encoded.getBytes(StandardCharsets.US_ASCII));
        if (same && secret.length() < FEWEST_CHARACTERS) {
            LOG.warn(
                    "a client is refused that shows the right secret, because it has fewer than {} characters and could be"
                            + " guessed; make one of 256 random bits, as openssl rand -hex 32 prints them",
                    FEWEST_CHARACTERS);
            return false;
        }
        return same;
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

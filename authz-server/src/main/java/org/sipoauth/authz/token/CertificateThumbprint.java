package org.sipoauth.authz.token;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Names the certificate to which tokens are bound.
 *
 * @param value the SHA-256 of its DER encoding in base64url, the {@code x5t#S256} of RFC 8705 §3.1
 */
public record CertificateThumbprint(String value) {
    private static final Pattern SHA_256 = Pattern.compile("[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]");
    /** 132 bits: for another certificate with the same beginning nobody can look. */
    private static final int SHORT_LENGTH = 22;

    public CertificateThumbprint {
        if (!SHA_256.matcher(value).matches()) {
            throw new IllegalArgumentException("a thumbprint is a SHA-256 in base64url");
        }
    }

    public static CertificateThumbprint of(X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return new CertificateThumbprint(
                    Base64.getUrlEncoder().withoutPadding().encodeToString(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was parsed has an encoding", e);
        }
    }

    /** Enough of it to recognise the certificate by, for where millions are kept. */
    public String abbreviated() {
        return value.substring(0, SHORT_LENGTH);
    }

    /** RFC 7800 §3.1. */
    Map<String, String> confirmation() {
        return Map.of("x5t#S256", value);
    }
}

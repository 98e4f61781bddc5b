package org.sipoauth.authz.status;

import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.text.ParseException;
import java.util.BitSet;
import java.util.zip.InflaterInputStream;

/** Reads a published list as the draft says, with the JDK's {@link BitSet}, which counts from the lowest bit as well. */
public final class PublishedBits {
    private PublishedBits() {}

    public static BitSet of(JWTClaimsSet claims) {
        try {
            String lst = (String) claims.getJSONObjectClaim("status_list").get("lst");
            byte[] compressed = Base64URL.from(lst).decode();
            return BitSet.valueOf(new InflaterInputStream(new ByteArrayInputStream(compressed)).readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ParseException e) {
            throw new AssertionError(e);
        }
    }
}

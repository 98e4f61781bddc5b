package org.sipoauth.benchmarks.failover;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.text.ParseException;
import java.util.Map;
import org.sipoauth.benchmarks.platform.Http;

/**
 * A login that a server has acknowledged.
 *
 * @param session its id
 * @param list the status list that its tokens point at
 * @param index its bit in there
 */
record Login(String refreshToken, String session, URI list, int index) {

    static Login of(HttpResponse<String> answer) throws IOException {
        try {
            JWTClaimsSet claims =
                    SignedJWT.parse(Http.member(answer, "access_token")).getJWTClaimsSet();
            Map<String, Object> status = claims.getJSONObjectClaim("status");
            if (status == null || !(status.get("status_list") instanceof Map<?, ?> reference)) {
                throw new IOException("an access token without status");
            }
            return new Login(
                    Http.member(answer, "refresh_token"),
                    claims.getStringClaim("sid"),
                    URI.create(String.valueOf(reference.get("uri"))),
                    ((Number) reference.get("idx")).intValue());
        } catch (ParseException e) {
            throw new IOException("an access token that does not parse", e);
        }
    }

    @Override
    public String toString() {
        return "login " + session;
    }
}

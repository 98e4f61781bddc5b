package org.sipoauth.benchmarks.failover;

import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.SignedJWT;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.InflaterInputStream;
import org.sipoauth.benchmarks.platform.Http;

/** One server's status lists, as a verifier reads them; looks at no signature. */
final class Lists {
    private final Http http;
    private final URI node;

    Lists(Http http, URI node) {
        this.http = http;
        this.node = node;
    }

    /** Those of the logins whose bit is not set. */
    List<Login> missing(List<Login> revoked) throws IOException, InterruptedException {
        Map<URI, byte[]> lists = new HashMap<>();
        List<Login> missing = new ArrayList<>();
        for (Login login : revoked) {
            byte[] bits = lists.get(login.list());
            if (bits == null) {
                bits = read(login.list());
                lists.put(login.list(), bits);
            }
            int at = login.index() / 8;
            if (at >= bits.length || (bits[at] >> login.index() % 8 & 1) == 0) {
                missing.add(login);
            }
        }
        return missing;
    }

    private byte[] read(URI list) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.get(node.resolve(list.getPath()), Map.of());
        if (answer.statusCode() == 404) {
            return new byte[0];
        }
        try {
            Map<String, Object> status =
                    SignedJWT.parse(answer.body()).getJWTClaimsSet().getJSONObjectClaim("status_list");
            if (status == null) {
                throw new IOException("a status list without bits");
            }
            byte[] compressed = new Base64URL(String.valueOf(status.get("lst"))).decode();
            return new InflaterInputStream(new ByteArrayInputStream(compressed)).readAllBytes();
        } catch (ParseException e) {
            throw new IOException("no status list: " + answer.statusCode() + " " + answer.body(), e);
        }
    }
}

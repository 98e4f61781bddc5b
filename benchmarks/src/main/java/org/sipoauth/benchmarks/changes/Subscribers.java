package org.sipoauth.benchmarks.changes;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.sipoauth.benchmarks.platform.Cluster;
import org.sipoauth.benchmarks.platform.Http;
import org.sipoauth.benchmarks.platform.SignIns;
import org.sipoauth.benchmarks.platform.TokenEndpoint;

/**
 * Subscribers beyond the demo's, as the administration interface makes them.
 *
 * @param logins {@code USER:PASSWORD} of each
 * @param devices a softphone for each, as {@code sipoauth device import} takes them
 */
record Subscribers(List<String> logins, String devices) {
    private static final int FIRST_NUMBER = 2001; // the demo's begin with 1001
    private static final int PASSWORD_BYTES = 16;

    static Subscribers create(Cluster cluster, int count) throws IOException, InterruptedException {
        Http http = cluster.http();
        TokenEndpoint tokens = new TokenEndpoint(http, cluster);
        List<String> logins = new ArrayList<>();
        StringBuilder devices = new StringBuilder("name,owner,addresses_of_record\n");
        for (int i = 0; i < count; i++) {
            String user = String.format(Locale.ROOT, "phone%04d", i);
            String password = password();
            String token =
                    tokens.clientCredentials(cluster.administrator(), "admin.operate"); // none lives for long here
            URI account = cluster.issuer().resolve("/admin/api/v1/users/" + user);
            HttpResponse<String> created = http.put(
                    account,
                    Map.of("Authorization", "Bearer " + token),
                    "{\"enabled\":true,\"password\":\"" + password + "\",\"must_change_password\":false}");
            if (created.statusCode() != 201) {
                throw new IOException("no " + user + ": " + created.statusCode() + " " + created.body());
            }
            logins.add(user + ":" + password);
            devices.append(SignIns.deviceOf(user) + "," + user + ",sip:" + (FIRST_NUMBER + i) + "@example.com\n");
        }
        return new Subscribers(logins, devices.toString());
    }

    private static String password() {
        byte[] bytes = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}

package org.sipoauth.cli.keys;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.sipoauth.cli.admin.AdminApi;
import org.sipoauth.cli.json.JsonObject;

/** The key ring of a running server. */
final class ServerRing implements KeyAccess {
    private final AdminApi server;

    ServerRing(AdminApi server) {
        this.server = server;
    }

    @Override
    public List<KeyRow> list() throws InterruptedException {
        return server.all("/keys", "keys").stream().map(ServerRing::row).toList();
    }

    @Override
    public List<KeyRow> rotate(Use use) throws InterruptedException {
        String body =
                JSONObjectUtils.toJSONString(Map.of("use", use.keyUse().name().toLowerCase(Locale.ROOT)));
        return rows(server.post("/keys/rotate", body));
    }

    @Override
    public List<KeyRow> revoke(String kid) throws InterruptedException {
        return rows(server.post("/keys/" + kid + "/revoke", "{}"));
    }

    @Override
    public String jwkSet() throws InterruptedException {
        return server.getPublic("/oauth2/jwks");
    }

    private static List<KeyRow> rows(JsonObject answer) {
        return answer.objects("keys").stream().map(ServerRing::row).toList();
    }

    private static KeyRow row(JsonObject key) {
        try {
            return KeyRow.of(key);
        } catch (RuntimeException malformed) {
            throw AdminApi.notAServer();
        }
    }
}

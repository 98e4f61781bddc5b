package org.sipoauth.benchmarks.grants;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.sipoauth.benchmarks.platform.Workplace;

/**
 * Keycloak as its guide says for production, {@code build} and then {@code start --optimized} with its own choice of Java
 * options: one realm that signs with ES256 and has refresh tokens rotated, each good once; its embedded database on
 * disk, so that its store costs no connection; no client scopes, which keeps its tokens short.
 */
final class KeycloakServer implements Server {
    private static final String REALM = "phones";
    private static final String CLIENT = "phone";
    private static final String SERVICE = "service:a-secret-of-the-benchmark";
    private static final String PASSWORD = "a-password-of-the-benchmark";
    private static final int USERS = 10;

    private final Path folder;
    private final Path home;
    private final int port;
    private @Nullable ServerProcess process;

    /** @param home the distribution, unpacked; written to */
    KeycloakServer(Workplace workplace, Path home) throws IOException, InterruptedException {
        this.folder = workplace.folder();
        this.home = home;
        this.port = workplace.freePort();
        Path imports = Files.createDirectories(home.resolve("data/import"));
        Files.writeString(imports.resolve(REALM + "-realm.json"), realm());
        try (ServerProcess build = ServerProcess.start(
                folder,
                "keycloak-build",
                environment(),
                List.of(script(), "build", "--db=dev-file", "--cache=local"))) {
            build.awaitSuccess();
        }
    }

    @Override
    public String name() {
        return "Keycloak";
    }

    @Override
    public Duration start() throws IOException, InterruptedException {
        List<String> command = List.of(
                script(),
                "start",
                "--optimized",
                "--import-realm", // done once: later starts find the realm there
                "--http-enabled=true",
                "--http-host=127.0.0.1",
                "--http-port=" + port,
                "--hostname=http://127.0.0.1:" + port);
        ServerProcess started = ServerProcess.start(folder, "keycloak", environment(), command);
        process = started;
        return started.awaitReady(
                URI.create("http://127.0.0.1:" + port + "/realms/" + REALM + "/protocol/openid-connect/certs"));
    }

    @Override
    public ServerProcess process() {
        return Objects.requireNonNull(process, "not started");
    }

    @Override
    public TokenEndpoint endpoint() {
        return new TokenEndpoint(port, "/realms/" + REALM + "/protocol/openid-connect/token", CLIENT, SERVICE);
    }

    @Override
    public List<String> refreshTokens(int logins) throws IOException {
        List<String> tokens = new ArrayList<>();
        try (KeepAliveConnection connection = new KeepAliveConnection(port)) {
            for (int i = 0; i < logins; i++) {
                String form = "grant_type=password&client_id=" + CLIENT + "&username=user" + i % USERS + "&password="
                        + PASSWORD;
                tokens.add(connection.post(endpoint().path(), "", form).member("refresh_token"));
            }
        }
        return tokens;
    }

    @Override
    public void stop() {
        process().close();
    }

    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
    }

    private String script() {
        return home.resolve("bin/kc.sh").toString();
    }

    private static Map<String, String> environment() {
        return Map.of("JAVA_HOME", System.getProperty("java.home"));
    }

    private static String realm() {
        String users = IntStream.range(0, USERS)
                .mapToObj(i -> """
                        {"username":"user%d","enabled":true,"email":"user%d@example.com","emailVerified":true,
                         "firstName":"User","lastName":"%d","credentials":[{"type":"password","value":"%s"}]}""".formatted(i, i, i, PASSWORD))
                .collect(Collectors.joining(","));
        String[] service = SERVICE.split(":", 2);
        return """
                {"realm":"%s","enabled":true,"sslRequired":"none",
                 "defaultSignatureAlgorithm":"ES256",
                 "revokeRefreshToken":true,"refreshTokenMaxReuse":0,
                 "accessTokenLifespan":3600,
                 "ssoSessionIdleTimeout":5184000,"ssoSessionMaxLifespan":5184000,
                 "components":{"org.keycloak.keys.KeyProvider":[
                   {"name":"ecdsa","providerId":"ecdsa-generated","subComponents":{},
                    "config":{"ecdsaEllipticCurveKey":["P-256"],"priority":["100"]}},
                   {"name":"hmac","providerId":"hmac-generated","subComponents":{},
                    "config":{"algorithm":["HS512"],"priority":["100"]}},
                   {"name":"aes","providerId":"aes-generated","subComponents":{},"config":{"priority":["100"]}}]},
                 "clients":[
                   {"clientId":"%s","enabled":true,"publicClient":true,"directAccessGrantsEnabled":true,
                    "standardFlowEnabled":false,"fullScopeAllowed":false,
                    "defaultClientScopes":["basic"],"optionalClientScopes":[]},
                   {"clientId":"%s","secret":"%s","enabled":true,"publicClient":false,"serviceAccountsEnabled":true,
                    "standardFlowEnabled":false,"fullScopeAllowed":false,
                    "defaultClientScopes":["basic"],"optionalClientScopes":[]}],
                 "users":[%s]}
                """.formatted(REALM, CLIENT, service[0], service[1], users);
    }
}

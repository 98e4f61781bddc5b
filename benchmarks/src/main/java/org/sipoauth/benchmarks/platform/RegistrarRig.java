package org.sipoauth.benchmarks.platform;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.text.ParseException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.sipoauth.benchmarks.platform.TokenIssuer.Algorithm;

/**
 * What a registrar and its phones need, and both of them: a local authority, keys, a token for each phone, and the status lists
 * in which their logins stand. Nobody else answers for the issuer, so every token is verified offline.
 */
public final class RegistrarRig implements AutoCloseable {
    private static final String DOMAIN = "example.com";
    private static final String EDGE = "edge.example.com"; // whose certificate dev-pki makes
    private static final int FIRST_USER = 100_000;
    private static final int TOKEN_SECONDS = 4 * 3600;

    private final Workplace workplace;
    private final List<String> tokens;
    private final StatusLists statusLists;
    private final int port;
    private final int edgePort;
    private final URI metrics;

    private RegistrarRig(Workplace workplace, List<String> tokens, StatusLists statusLists) throws IOException {
        this.workplace = workplace;
        this.tokens = tokens;
        this.statusLists = statusLists;
        this.port = workplace.freePort();
        this.edgePort = workplace.freePort();
        this.metrics = URI.create("http://127.0.0.1:" + workplace.freePort() + "/metrics");
    }

    /** @param phones with a token of its own each */
    public static RegistrarRig prepare(Workplace workplace, int phones)
            throws IOException, InterruptedException, GeneralSecurityException {
        Path pki = workplace.folder().resolve("pki");
        List<String> devPki = List.of("dev-pki", "--out", pki.toString());
        workplace
                .start("dev-pki", "\0", Workplace.java("cli/target/sipoauth.jar", devPki))
                .awaitSuccess();
        TokenIssuer issuer = new TokenIssuer();
        StatusLists statusLists = new StatusLists(issuer, Trust.only(pki.resolve("ca.crt"), "node"));
        long now = Instant.now().getEpochSecond();
        List<String> tokens = new ArrayList<>();
        for (int i = 0; i < phones; i++) {
            String claims = TokenIssuer.claims(TokenIssuer.AUDIENCE, user(i), "token" + i, now, now + TOKEN_SECONDS);
            tokens.add(issuer.sign(Algorithm.ES256, TokenIssuer.header(Algorithm.ES256), statusLists.addTo(claims)));
        }
        RegistrarRig rig = new RegistrarRig(workplace, tokens, statusLists);
        Files.writeString(rig.jwks(), issuer.jwkSet());
        statusLists.start(); // last: nobody would stop it
        return rig;
    }

    /** Ready when it listens. */
    public ChildProcess startRegistrar(String name, List<String> more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "--bind=127.0.0.1",
                "--mode=enabled",
                "--oauth-port=" + port,
                "--mra-oauth-port=" + edgePort,
                "--tls.client-ca=" + authority(),
                "--edges=" + EDGE,
                "--edges.url=none",
                "--max-connections-per-address=none", // all of them come from this machine
                "--management-port=" + metrics.getPort(),
                "--issuer=" + TokenIssuer.NAME,
                "--audience=" + TokenIssuer.AUDIENCE,
                "--domain=" + DOMAIN,
                "--jwks=" + jwks(),
                "--jwks.trust=" + authority(),
                "--status-lists=" + statusLists.aggregation(),
                "--tokens-without-status=refused",
                "--tls.certificate=" + pki().resolve("node.crt"),
                "--tls.private-key=" + pki().resolve("node.key")));
        arguments.addAll(more);
        return workplace.start(name, "listening ", Workplace.java("sip-registrar/target/sip-registrar.jar", arguments));
    }

    /** Whether phones can register now, which a location in Redis may keep them from. */
    public boolean isHealthy() throws IOException, InterruptedException {
        return Http.plain().get(metrics.resolve("/health"), Map.of()).statusCode() == 200;
    }

    /** {@code sipoauth phone storm}: ready when its phones, the first of ours, are all registered. */
    public ChildProcess startStorm(int phones, List<String> more) throws IOException {
        Path file = workplace.folder().resolve("tokens.txt");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(file, tokens.subList(0, phones), StandardOpenOption.WRITE);
        List<String> arguments = new ArrayList<>(List.of(
                "phone",
                "storm",
                "--registrar=localhost:" + port,
                "--tokens=" + file,
                "--trust=" + authority(),
                "--progress=1",
                "--json"));
        arguments.addAll(more);
        String allRegistered = String.format(Locale.ROOT, " %,d registered", phones);
        return workplace.start("storm", allRegistered, Workplace.java("cli/target/sipoauth.jar", arguments));
    }

    /** What the phones of a storm that has ended say. */
    public static Map<String, Object> report(ChildProcess storm) throws IOException, ParseException {
        String json = storm.output()
                .lines()
                .filter(line -> line.startsWith("{"))
                .findFirst()
                .orElseThrow(() -> new IOException("the phones ended without a report"));
        return JSONObjectUtils.parse(json);
    }

    /** How often phones were refused. */
    public static long refusals(Map<String, Object> report) {
        return ((Map<?, ?>) report.get("refused"))
                .values().stream()
                        .mapToLong(times -> ((Number) times).longValue())
                        .sum();
    }

    public static long number(Map<String, Object> report, String member) {
        return report.get(member) instanceof Number number ? number.longValue() : 0;
    }

    /** What the registrar says of itself, now. */
    public Metrics metrics() throws IOException, InterruptedException {
        return new Metrics(Http.plain().get(metrics, Map.of()).body());
    }

    /** In the Prometheus text format. */
    public record Metrics(String text) {

        /** The sum of all series of this name. */
        public double sum(String name) {
            return sum(name, labels -> true);
        }

        /** The sum of the series of this name whose labels, as they are written, are these. */
        public double sum(String name, Predicate<String> labels) {
            return text.lines()
                    .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                    .filter(line -> labels.test(line.substring(name.length(), line.lastIndexOf(' '))))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        }
    }

    /** Where phones connect, on loopback. */
    public int port() {
        return port;
    }

    /** Where edges connect. */
    public int edgePort() {
        return edgePort;
    }

    /** The user part of a phone's address-of-record. */
    public static String user(int phone) {
        return Integer.toString(FIRST_USER + phone);
    }

    public String token(int phone) {
        return tokens.get(phone);
    }

    /** Trusts the registrar, and nobody else. */
    public SSLContext tls() throws IOException {
        return Trust.only(authority());
    }

    /** The same, with the certificate of an edge that is on the list. */
    public SSLContext edgeTls() throws IOException {
        return Trust.only(authority(), "edge");
    }

    private Path authority() {
        return pki().resolve("ca.crt");
    }

    private Path pki() {
        return workplace.folder().resolve("pki");
    }

    private Path jwks() {
        return workplace.folder().resolve("jwks.json");
    }

    @Override
    public void close() {
        statusLists.close();
    }
}

package org.sipoauth.benchmarks.platform;

import com.nimbusds.jose.util.Base64URL;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.DeflaterOutputStream;
import javax.net.ssl.SSLContext;
import org.sipoauth.benchmarks.platform.TokenIssuer.Algorithm;

/**
 * An issuer's status lists (draft-ietf-oauth-status-list), as many and as long as our server's, served on loopback as it serves
 * them: a document that names them, and each as a signed token with an entity tag. Of the logins one in a hundred is revoked,
 * but none that {@link #addTo} was asked for.
 */
final class StatusLists implements AutoCloseable {
    private static final int LISTS = 64;
    private static final int LOGINS = 65_536; // of each list
    private static final int REVOKED = LOGINS / 100;
    private static final Duration LIFETIME = Duration.ofDays(1);
    private static final String ENTITY_TAG = "\"1\"";

    private final Random random = new Random(LOGINS);
    private final HttpsServer server;
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final TokenIssuer issuer;
    private final Map<String, BitSet> live = new HashMap<>();
    private final Map<String, String> documents = new HashMap<>();
    private int next;

    /** @param tls with the certificate for {@code localhost} that it shows */
    StatusLists(TokenIssuer issuer, SSLContext tls) throws IOException {
        this.issuer = issuer;
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.setExecutor(thread);
        server.createContext("/", this::answer);
    }

    private String uri(int list) {
        return aggregation().resolve("/" + list).toString();
    }

    /** What a verifier is given. */
    URI aggregation() {
        return URI.create("https://localhost:" + server.getAddress().getPort() + "/");
    }

    /** The claims of a token whose login stands in one of the lists, and is not revoked. */
    String addTo(String claims) {
        String uri = uri(next++ % LISTS);
        BitSet taken = live.computeIfAbsent(uri, list -> new BitSet(LOGINS));
        int index = taken.nextClearBit(random.nextInt(LOGINS / 2)); // drawn at random, as the server does
        taken.set(index);
        return claims.substring(0, claims.length() - 1) + ",\"status\":{\"status_list\":{\"idx\":" + index
                + ",\"uri\":\"" + uri + "\"}}}";
    }

    /** Signs the lists as they are now, and answers from now on. */
    void start() {
        Instant now = Instant.now();
        documents.put(
                "/",
                IntStream.range(0, LISTS)
                        .mapToObj(list -> '"' + uri(list) + '"')
                        .collect(Collectors.joining(",", "{\"status_lists\":[", "]}")));
        for (int list = 0; list < LISTS; list++) {
            documents.put("/" + list, token(uri(list), now));
        }
        server.start();
    }

    private String token(String uri, Instant now) {
        BitSet revoked = new BitSet(LOGINS);
        random.ints(REVOKED, 0, LOGINS).forEach(revoked::set);
        revoked.andNot(live.getOrDefault(uri, new BitSet()));
        revoked.set(LOGINS - 1); // so that the list has its whole length; nobody is given this one
        String header = "{\"alg\":\"ES256\",\"kid\":\"ES256\",\"typ\":\"statuslist+jwt\"}";
        String claims = "{\"iss\":\"" + TokenIssuer.NAME + "\",\"sub\":\"" + uri + "\",\"iat\":" + now.getEpochSecond()
                + ",\"exp\":" + now.plus(LIFETIME).getEpochSecond()
                + ",\"ttl\":15,\"status_list\":{\"bits\":1,\"lst\":\""
                + compressed(revoked.toByteArray()) + "\"}}";
        return issuer.sign(Algorithm.ES256, header, claims);
    }

    private static Base64URL compressed(byte[] bits) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream zlib = new DeflaterOutputStream(bytes)) {
            zlib.write(bits);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return Base64URL.encode(bytes.toByteArray());
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String document = documents.get(exchange.getRequestURI().getPath());
            exchange.getResponseHeaders().set("ETag", ENTITY_TAG);
            if (document == null) {
                exchange.sendResponseHeaders(404, -1);
            } else if (List.of(ENTITY_TAG).equals(exchange.getRequestHeaders().get("If-None-Match"))) {
                exchange.sendResponseHeaders(304, -1);
            } else {
                byte[] body = document.getBytes(StandardCharsets.US_ASCII);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
        thread.shutdownNow();
    }
}

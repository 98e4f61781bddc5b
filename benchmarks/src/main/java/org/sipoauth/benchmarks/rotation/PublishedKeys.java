package org.sipoauth.benchmarks.rotation;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sipoauth.benchmarks.platform.Http;

/**
 * When each server began to publish each key, as somebody outside sees it, and when each key began to sign. Every error
 * of measurement makes a key look younger than it is: a publication counts from when it was read, a signature from when
 * it was asked for.
 */
final class PublishedKeys {
    private static final long PAUSE_MILLIS = 250;

    private final Http http;
    private final List<URI> nodes;

    // guarded by this
    private final Map<URI, Map<String, Instant>> firstSeen = new HashMap<>();
    private final Set<String> listed = new HashSet<>();
    private final Set<String> signed = new HashSet<>();
    private Instant lastPublication = Instant.MIN;
    private Optional<Duration> shortestLead = Optional.empty();

    PublishedKeys(Http http, List<URI> nodes) {
        this.http = http;
        this.nodes = nodes;
        nodes.forEach(node -> firstSeen.put(node, new HashMap<>()));
    }

    /** Looks until every server has been read. */
    void awaitAll() throws InterruptedException {
        while (!look()) {
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    /**
     * Reads every server's JWK Set.
     *
     * @return whether all of them gave one; else those that did not are read the next time
     */
    boolean look() throws InterruptedException {
        Set<String> now = new HashSet<>();
        for (URI node : nodes) {
            try {
                HttpResponse<String> answer = http.get(node.resolve("/oauth2/jwks"), Map.of());
                Instant readAt = Instant.now();
                List<String> keyIds = JWKSet.parse(answer.body()).getKeys().stream()
                        .map(JWK::getKeyID)
                        .toList();
                seen(node, keyIds, readAt);
                now.addAll(keyIds);
            } catch (IOException | ParseException e) {
                return false;
            }
        }
        synchronized (this) {
            listed.clear();
            listed.addAll(now);
        }
        return true;
    }

    private synchronized void seen(URI node, List<String> keyIds, Instant readAt) {
        for (String keyId : keyIds) {
            if (firstSeen.get(node).putIfAbsent(keyId, readAt) == null) {
                lastPublication = readAt;
            }
        }
    }

    /**
     * Takes note that this key signed a token.
     *
     * @return how long the server that published it last had done so before the token was asked for; empty if one had not
     */
    synchronized Optional<Duration> signed(String keyId, Instant askedAt) {
        Optional<Duration> lead = Optional.empty();
        for (Map<String, Instant> seen : firstSeen.values()) {
            Instant published = seen.get(keyId);
            if (published == null) {
                return Optional.empty();
            }
            lead = shorter(lead, Duration.between(published, askedAt));
        }
        boolean followsAnother = !signed.isEmpty();
        if (signed.add(keyId) && followsAnother) {
            shortestLead = shorter(shortestLead, lead.orElseThrow());
        }
        return lead;
    }

    private static Optional<Duration> shorter(Optional<Duration> one, Duration other) {
        return Optional.of(one.filter(shortest -> shortest.compareTo(other) < 0).orElse(other));
    }

    /** How often another key began to sign. */
    synchronized int rotations() {
        return Math.max(0, signed.size() - 1);
    }

    /** Keys that some server published once and none does any more. */
    synchronized int removed() {
        Set<String> gone = new HashSet<>();
        firstSeen.values().forEach(seen -> gone.addAll(seen.keySet()));
        gone.removeAll(listed);
        return gone.size();
    }

    /** Of the keys that followed another: how long the one in the greatest hurry had been published when it first signed. */
    synchronized Optional<Duration> shortestLead() {
        return shortestLead;
    }

    /** When a key was last seen to appear: with it, another one became active. */
    synchronized Instant lastPublication() {
        return lastPublication;
    }
}

package org.sipoauth.authz.status;

import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.signing.ActiveSigningKey;
import org.sipoauth.authz.signing.SigningKeys;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lists as they are served: Status List Tokens (draft-ietf-oauth-status-list, section "Status List Token in JWT
 * Format"), and their aggregation. Each is signed when it changes, when the signing key does, and once an hour.
 *
 * <p>Entity tags depend on the content alone: servers that have seen the same revocations give the same ones, although
 * their signatures differ.
 */
final class SignedStatusLists {
    private static final Logger LOG = LoggerFactory.getLogger(SignedStatusLists.class);
    private static final String TYPE = "statuslist+jwt";
    private static final Duration LIFETIME = Duration.ofHours(24);
    private static final Duration SIGNED_AGAIN_AFTER = Duration.ofHours(1);
    /** How often a verifier should ask for changes. */
    static final Duration TIME_TO_LIVE = Duration.ofSeconds(15);

    private final SigningKeys keys;
    private final String issuer;
    private final Clock clock;
    private volatile Published published = new Published(Map.of(), document("{\"status_lists\":[],\"etags\":{}}"));

    /** What is sent, and its entity tag with quotes, as in the header (RFC 9110 §8.8.3). */
    record Document(String body, String etag) {}

    private record Signed(StatusList list, String keyId, long hour, Document token) {}

    private record Published(Map<StatusListName, Signed> lists, Document aggregation) {}

    SignedStatusLists(SigningKeys keys, String issuer, Clock clock) {
        this.keys = keys;
        this.issuer = issuer;
        this.clock = clock;
    }

    Optional<Document> token(StatusListName name) {
        return Optional.ofNullable(published.lists().get(name)).map(Signed::token);
    }

    /** The addresses of all lists, and beyond the draft their entity tags: who has read them before skips those unchanged. */
    Document aggregation() {
        return published.aggregation();
    }

    /** From now on serves these lists and no others. Without a key to sign with, serves on what it has of them. */
    void publish(Collection<StatusList> lists) {
        Published before = published;
        Optional<ActiveSigningKey> key = activeKey();
        Instant now = clock.instant();
        List<StatusList> sorted = new ArrayList<>(lists);
        sorted.sort(Comparator.comparing(list -> list.name().toString()));
        Map<StatusListName, Signed> signed = new LinkedHashMap<>();
        for (StatusList list : sorted) {
            Signed current = current(before.lists().get(list.name()), list, key, now);
            if (current != null) {
                signed.put(list.name(), current);
            }
        }
        if (!signed.equals(before.lists())) {
            published = new Published(signed, aggregation(signed.values()));
        }
    }

    private @Nullable Signed current(
            @Nullable Signed before, StatusList list, Optional<ActiveSigningKey> key, Instant now) {
        if (key.isEmpty()) {
            return before;
        }
        long hour = hour(list.name(), now);
        if (before != null
                && before.list() == list
                && before.keyId().equals(key.get().id())
                && before.hour() == hour) {
            return before;
        }
        return new Signed(list, key.get().id(), hour, sign(list, hour, key.get(), now));
    }

    private Document sign(StatusList list, long hour, ActiveSigningKey key, Instant now) {
        byte[] bits = list.bits();
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", issuer);
        claims.put("sub", list.name().uri(issuer));
        claims.put("iat", now);
        claims.put("exp", now.plus(LIFETIME));
        claims.put("ttl", TIME_TO_LIVE.toSeconds());
        claims.put(
                "status_list",
                Map.of("bits", 1, "lst", Base64URL.encode(compress(bits)).toString()));
        return new Document(
                key.sign(TYPE, claims), "W/" + etag(list.name().toString(), key.id(), Long.toString(hour), bits));
    }

    private Optional<ActiveSigningKey> activeKey() {
        try {
            return Optional.of(keys.active());
        } catch (RuntimeException e) {
            LOG.warn("status lists are served as last signed: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /** The hours begin at another minute for each list, so that not all are signed, and fetched, at once. */
    private static long hour(StatusListName name, Instant now) {
        long offset = Math.floorMod(name.toString().hashCode(), SIGNED_AGAIN_AFTER.toSeconds());
        return (now.getEpochSecond() + offset) / SIGNED_AGAIN_AFTER.toSeconds();
    }

    private Document aggregation(Collection<Signed> lists) {
        List<String> uris = new ArrayList<>();
        Map<String, Object> etags = new LinkedHashMap<>();
        for (Signed signed : lists) {
            String uri = signed.list().name().uri(issuer);
            uris.add(uri);
            etags.put(uri, signed.token().etag());
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("status_lists", uris);
        json.put("etags", etags);
        return document(JSONObjectUtils.toJSONString(json));
    }

    private static Document document(String json) {
        return new Document(json, etag("", "", "", json.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * RFC 1950. The draft recommends the highest level, which for a list with 1 % of its bits set takes seventeen times as
     * long as the usual one and makes it an eighth smaller.
     */
    private static byte[] compress(byte[] bits) {
        Deflater deflater = new Deflater();
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (DeflaterOutputStream stream = new DeflaterOutputStream(compressed, deflater)) {
            stream.write(bits);
        } catch (java.io.IOException e) {
            throw new IllegalStateException("memory does not fail", e);
        } finally {
            deflater.end();
        }
        return compressed.toByteArray();
    }

    private static String etag(String name, String keyId, String hour, byte[] content) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update((name + "\n" + keyId + "\n" + hour + "\n").getBytes(StandardCharsets.UTF_8));
            String hash = Base64URL.encode(sha256.digest(content)).toString();
            return "\"" + hash.substring(0, 22) + "\"";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }
}

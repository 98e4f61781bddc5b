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
 * <p>A list speaks for the moment at which the store was last read, and is issued as of then: a server that cannot read the
 * store must not put a list before a verifier that takes it for newer than one with later revocations. Such a list lives
 * on to its end, but the aggregation names it no more, for whatever it names is confirmed.
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
    /** A list that was read longer ago may lack revocations: twice as long as verifiers keep one before they ask again. */
    static final Duration CONFIRMED_FOR = TIME_TO_LIVE.multipliedBy(2);

    private final SigningKeys keys;
    private final String issuer;
    private final Clock clock;
    private volatile Published published;

    /** What is sent, and its entity tag with quotes, as in the header (RFC 9110 §8.8.3). */
    record Document(String body, String etag) {}

    /**
     * A list to be served.
     *
     * @param at when the store was read that had no more revocations than these
     */
    record Read(StatusList list, Instant at) {}

    private record Signed(StatusList list, String keyId, long hour, Document token) {}

    /** @param confirmedUntil when the aggregation says no more that what it names is up to date */
    private record Published(
            Map<StatusListName, Signed> lists, List<Signed> named, Document aggregation, Instant confirmedUntil) {}

    SignedStatusLists(SigningKeys keys, String issuer, Clock clock) {
        this.keys = keys;
        this.issuer = issuer;
        this.clock = clock;
        this.published = new Published(Map.of(), List.of(), aggregation(List.of()), Instant.MIN);
    }

    Optional<Document> token(StatusListName name) {
        return Optional.ofNullable(published.lists().get(name)).map(Signed::token);
    }

    /**
     * The addresses of all lists that are up to date, and beyond the draft their entity tags: who has read them before skips
     * those unchanged.
     *
     * @return empty if there are lists and none is known to be up to date, or if nobody has looked for too long. A document
     *     that names none would be taken for an answer, and this server for one that knows what is revoked.
     */
    Optional<Document> aggregation() {
        Published last = published;
        return clock.instant().isAfter(last.confirmedUntil()) ? Optional.empty() : Optional.of(last.aggregation());
    }

    /**
     * From now on serves these lists and no others. One that cannot be signed is served as it last was, and named only if
     * it has not changed since.
     *
     * @param allReadAt when that part of the store was read that was not read for longest; {@link Instant#MIN} if it never
     *     was, for then there may be lists that are not among these
     */
    void publish(Collection<Read> lists, Instant allReadAt) {
        Published before = published;
        Optional<ActiveSigningKey> key = activeKey();
        Instant confirmedSince = clock.instant().minus(CONFIRMED_FOR);
        List<Read> sorted = new ArrayList<>(lists);
        sorted.sort(Comparator.comparing(read -> read.list().name().toString()));
        Map<StatusListName, Signed> signed = new LinkedHashMap<>();
        List<Signed> named = new ArrayList<>();
        Instant confirmed = lists.isEmpty() ? allReadAt : Instant.MAX;
        for (Read read : sorted) {
            StatusListName name = read.list().name();
            Signed current = before.lists().get(name);
            if (key.isPresent()) {
                try {
                    current = current(current, read, key.get());
                } catch (RuntimeException e) { // such as an HSM that is away
                    LOG.warn("status lists are served as last signed: {} cannot be signed: {}", name, e.getMessage());
                    key = Optional.empty(); // until the next look: each of the others could take as long to fail
                }
            }
            if (current != null) {
                signed.put(name, current);
                if (current.list() == read.list() && !read.at().isBefore(confirmedSince)) {
                    named.add(current);
                    confirmed = read.at().isBefore(confirmed) ? read.at() : confirmed;
                }
            }
        }
        Document aggregation = named.equals(before.named()) ? before.aggregation() : aggregation(named);
        boolean knowsNothing = named.isEmpty() && !lists.isEmpty();
        published =
                new Published(signed, named, aggregation, knowsNothing ? Instant.MIN : confirmed.plus(CONFIRMED_FOR));
    }

    private Signed current(@Nullable Signed before, Read read, ActiveSigningKey key) {
        StatusList list = read.list();
        long hour = hour(list.name(), read.at());
        if (before != null && before.list() == list && before.keyId().equals(key.id()) && before.hour() == hour) {
            return before;
        }
        return new Signed(list, key.id(), hour, sign(list, hour, key, read.at()));
    }

    private Document sign(StatusList list, long hour, ActiveSigningKey key, Instant at) {
        byte[] bits = list.bits();
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", issuer);
        claims.put("sub", list.name().uri(issuer));
        claims.put("iat", at);
        claims.put("exp", at.plus(LIFETIME));
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
    private static long hour(StatusListName name, Instant at) {
        long offset = Math.floorMod(name.toString().hashCode(), SIGNED_AGAIN_AFTER.toSeconds());
        return (at.getEpochSecond() + offset) / SIGNED_AGAIN_AFTER.toSeconds();
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

package org.sipoauth.verifier.status;

import java.net.URI;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sipoauth.verifier.internal.JsonReader;
import org.sipoauth.verifier.internal.MalformedException;

/**
 * The document that names an issuer's status lists (draft-ietf-oauth-status-list-20 §9.3).
 *
 * @param uris the lists on the same origin as the document; those elsewhere are left out
 * @param elsewhere how many those are
 * @param entityTags the current entity tags of lists, where the server tells: an extension of ours, with which a
 *     verifier asks only for what has changed
 */
record Aggregation(Set<String> uris, int elsewhere, Map<String, String> entityTags) {
    static final int MAX_BYTES = 1024 * 1024;
    static final int MAX_LISTS = 4096;
    private static final int MAX_URI_LENGTH = 1024;

    static Aggregation parse(byte[] utf8, URI origin) throws MalformedException {
        List<String> named = null;
        Map<String, String> entityTags = new HashMap<>();
        JsonReader json = new JsonReader(utf8);
        json.beginObject();
        while (json.hasNext()) {
            switch (json.name()) {
                case "status_lists" -> named = json.strings();
                case "etags" -> readEntityTags(json, entityTags);
                default -> json.skipValue();
            }
        }
        json.end();
        if (named == null) {
            throw new MalformedException("no status_lists");
        }
        if (named.size() > MAX_LISTS) {
            throw new MalformedException("more than " + MAX_LISTS + " status lists");
        }
        Set<String> own = new LinkedHashSet<>();
        for (String uri : named) {
            if (isOn(origin, uri) && !own.add(uri)) {
                throw new MalformedException("a status list twice");
            }
        }
        return new Aggregation(own, named.size() - own.size(), entityTags);
    }

    /** Whether {@code uri} is on the same origin (RFC 6454 §4): scheme, host and port. */
    static boolean isOn(URI origin, String uri) {
        if (uri.length() > MAX_URI_LENGTH) {
            return false;
        }
        try {
            URI parsed = URI.create(uri);
            return origin.getScheme().equalsIgnoreCase(parsed.getScheme())
                    && origin.getHost().equalsIgnoreCase(parsed.getHost())
                    && port(origin) == port(parsed)
                    && parsed.getRawUserInfo() == null
                    && parsed.getRawFragment() == null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static int port(URI uri) {
        if (uri.getPort() >= 0) {
            return uri.getPort();
        }
        return "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }

    private static void readEntityTags(JsonReader json, Map<String, String> entityTags) throws MalformedException {
        json.beginObject();
        while (json.hasNext()) {
            entityTags.put(json.name(), json.string());
        }
    }

    /** Whether the server says that this version of the list is the current one; compared weakly (RFC 9110 §8.8.3.2). */
    boolean confirms(String uri, Optional<String> entityTag) {
        String current = entityTags.get(uri);
        return current != null
                && entityTag.filter(tag -> opaque(tag).equals(opaque(current))).isPresent();
    }

    private static String opaque(String entityTag) {
        return entityTag.startsWith("W/") ? entityTag.substring(2) : entityTag;
    }
}

package org.sipoauth.authz.edge;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sipoauth.authz.administration.PageRequest;
import org.sipoauth.authz.administration.Preconditions;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import tools.jackson.databind.json.JsonMapper;

/**
 * The list as it is served: {@code changed_at}, unless nobody has ever set it, and {@code edges}.
 *
 * @param etag of these bytes, and so the same at every server
 */
record EdgeListDocument(String body, String etag) {
    private static final JsonMapper JSON = new JsonMapper();

    /** A page of them. */
    static EdgeListDocument forAdministrators(EdgeList list, PageRequest page) {
        List<Edge> shown = page.part(list.edges(), Edge::name);
        return of(
                list,
                page.answer(
                        "edges",
                        shown.stream().map(EdgeListDocument::json).toList(),
                        shown.stream().map(Edge::name).toList()));
    }

    /** Without what administrators call them: it is not needed to let one in. */
    static EdgeListDocument forRegistrars(EdgeList list) {
        return of(
                list,
                Map.of(
                        "edges",
                        list.edges().stream()
                                .map(edge -> Map.of("certificate_names", edge.certificateNames()))
                                .toList()));
    }

    static Map<String, Object> json(Edge edge) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", edge.name());
        json.put("certificate_names", edge.certificateNames());
        return json;
    }

    private static EdgeListDocument of(EdgeList list, Map<String, ?> edges) {
        Map<String, Object> json = new LinkedHashMap<>();
        list.changedAt().ifPresent(at -> json.put("changed_at", at.toString()));
        json.putAll(edges);
        String body = JSON.writeValueAsString(json);
        return new EdgeListDocument(body, Preconditions.entityTag(digest(body)));
    }

    /** Of an edge: what it holds tells one state from another, for it is replaced as a whole. */
    static String revision(Edge edge) {
        return digest(JSON.writeValueAsString(json(edge)));
    }

    private static String digest(String body) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(body.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(digest)
                    .substring(0, 22);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible); // every JDK has it
        }
    }

    /**
     * Spring answers 304 where {@code If-None-Match} names the entity tag (RFC 9110 §13.1.2). Caches have to ask each time:
     * an edge that was removed is out with the registrars' next poll.
     */
    ResponseEntity<String> answer() {
        return ResponseEntity.ok()
                .eTag(etag)
                .cacheControl(CacheControl.noCache())
                .contentType(MediaType.APPLICATION_JSON)
                .body(body);
    }
}

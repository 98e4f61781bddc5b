package org.sipoauth.authz.status;

import java.util.Optional;
import org.sipoauth.authz.status.SignedStatusLists.Document;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Serves the status lists and their aggregation (draft-ietf-oauth-status-list, sections "Status List Request" and
 * "Status List Aggregation"). Open to everybody: an index says nothing about whose it is. Keeps no history.
 */
@RestController
@RequestMapping("/oauth2/status-lists")
final class StatusListEndpoint {
    private static final MediaType TOKEN = new MediaType("application", "statuslist+jwt");
    private static final String RETRY_AFTER_SECONDS = "5";

    private final SignedStatusLists lists;

    StatusListEndpoint(SignedStatusLists lists) {
        this.lists = lists;
    }

    /** 503 while this server does not know which lists are up to date: a verifier goes on with those that it has. */
    @GetMapping
    ResponseEntity<String> aggregation() {
        return lists.aggregation()
                .map(aggregation -> answer(aggregation, MediaType.APPLICATION_JSON))
                .orElseGet(() -> ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                        .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                        .cacheControl(CacheControl.noStore())
                        .build());
    }

    /** @param time asks for the list of another time: section "Historical Resolution" */
    @GetMapping("/{name}")
    ResponseEntity<String> list(@PathVariable String name, @RequestParam Optional<String> time) {
        if (time.isPresent()) {
            return ResponseEntity.status(HttpStatus.NOT_IMPLEMENTED).build();
        }
        return parse(name)
                .flatMap(lists::token)
                .map(token -> answer(token, TOKEN))
                .orElseGet(() -> ResponseEntity.notFound().build());
    }

    private static Optional<StatusListName> parse(String name) {
        try {
            return Optional.of(StatusListName.parse(name));
        } catch (IllegalArgumentException noSuchName) {
            return Optional.empty();
        }
    }

    /** Spring answers 304 where {@code If-None-Match} names the entity tag (RFC 9110 §13.1.2). */
    private static ResponseEntity<String> answer(Document document, MediaType type) {
        return ResponseEntity.ok()
                .eTag(document.etag())
                .cacheControl(
                        CacheControl.maxAge(SignedStatusLists.TIME_TO_LIVE).cachePublic())
                .contentType(type)
                .body(document.body());
    }
}

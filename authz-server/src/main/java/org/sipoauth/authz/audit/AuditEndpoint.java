package org.sipoauth.authz.audit;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Searches the trail for administrators: why a refresh was refused, who revoked a session. */
@RestController
final class AuditEndpoint {
    private static final Set<String> FILTERS = Set.of("user", "device", "session", "client", "event");
    private static final int USUAL_LIMIT = 100;
    private static final int GREATEST_LIMIT = 1000;

    private final AuditStream stream;

    AuditEndpoint(AuditStream stream) {
        this.stream = stream;
    }

    /**
     * The records that agree with every filter given ({@code user}, {@code device}, {@code session}, {@code client},
     * {@code event}), the newest first, of all servers.
     *
     * @param parameters the filters; {@code since}, an instant (RFC 3339); {@code limit}, 1 to 1000. What is misspelt is
     *     refused: ignored, it would widen the search
     */
    @GetMapping("/admin/api/v1/audit")
    Map<String, List<Map<String, String>>> search(@RequestParam MultiValueMap<String, String> parameters) {
        Map<String, String> wanted = new TreeMap<>();
        Instant since = Instant.EPOCH;
        int limit = USUAL_LIMIT;
        for (String name : parameters.keySet()) {
            String value = onlyValue(name, parameters.get(name));
            switch (name) {
                case "since" -> since = Instant.parse(value);
                case "limit" -> limit = Integer.parseInt(value);
                default -> {
                    if (!FILTERS.contains(name)) {
                        throw new IllegalArgumentException("there is no filter of that name");
                    }
                    wanted.put(name, value);
                }
            }
        }
        if (limit < 1 || limit > GREATEST_LIMIT) {
            throw new IllegalArgumentException("limit out of range");
        }
        return Map.of(
                "records", stream.newest(record -> record.entrySet().containsAll(wanted.entrySet()), since, limit));
    }

    @ExceptionHandler
    ProblemDetail misunderstood(IllegalArgumentException wrong) {
        return explain();
    }

    @ExceptionHandler
    ProblemDetail misunderstood(DateTimeException noInstant) {
        return explain();
    }

    private static ProblemDetail explain() {
        return ProblemDetail.forStatusAndDetail(
                HttpStatus.BAD_REQUEST,
                "filters, each at most once: user, device, session, client, event; since, such as"
                        + " 2026-01-31T12:00:00Z; limit, 1 to " + GREATEST_LIMIT);
    }

    private static String onlyValue(String name, List<String> values) {
        if (values.size() != 1 || values.get(0).isBlank()) {
            throw new IllegalArgumentException(name + " is needed once, with a value");
        }
        return values.get(0);
    }
}

package org.sipoauth.authz.audit;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.sipoauth.authz.administration.AdministrationEndpoint;
import org.sipoauth.authz.administration.RequestRefused;
import org.springframework.http.HttpStatus;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Searches the trail for administrators: why a refresh was refused, who revoked a session. */
@AdministrationEndpoint
final class AuditEndpoint {
    private static final Set<String> FILTERS = Set.of("user", "device", "session", "client", "event", "outcome", "by");
    private static final int USUAL_LIMIT = 100;
    private static final int GREATEST_LIMIT = 1000;

    private final AuditStream stream;

    AuditEndpoint(AuditStream stream) {
        this.stream = stream;
    }

    /**
     * The records that agree with every filter given ({@code user}, {@code device}, {@code session}, {@code client},
     * {@code event}, {@code outcome}, {@code by}), the newest first, of all servers; with where to go on, and how far back it
     * has looked, if there are older ones to look at.
     *
     * @param parameters the filters; {@code since}, an instant (RFC 3339); {@code limit}, 1 to 1000; {@code after}, the next
     *     of the page before. What is misspelt is refused: ignored, it would widen the search
     */
    @GetMapping(AdministrationEndpoint.PATH + "/audit")
    Map<String, Object> search(@RequestParam MultiValueMap<String, String> parameters) {
        Map<String, String> wanted = new TreeMap<>();
        Instant since = Instant.EPOCH;
        Optional<String> after = Optional.empty();
        int limit = USUAL_LIMIT;
        for (String name : parameters.keySet()) {
            String value = onlyValue(parameters.get(name));
            switch (name) {
                case "since" -> since = instant(value);
                case "limit" -> limit = number(value);
                case "after" -> after = Optional.of(value);
                default -> {
                    if (!FILTERS.contains(name)) {
                        throw refusal();
                    }
                    wanted.put(name, value);
                }
            }
        }
        if (limit < 1 || limit > GREATEST_LIMIT) {
            throw refusal();
        }
        AuditStream.Page page = stream.page(AuditStream.agreeingWith(wanted), since, after, limit);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("records", page.records());
        page.next().ifPresent(next -> answer.put("next", next));
        page.searchedBackTo().ifPresent(instant -> answer.put("searched_back_to", instant.toString()));
        return answer;
    }

    private static Instant instant(String value) {
        try {
            return Instant.parse(value);
        } catch (DateTimeException noInstant) {
            throw refusal();
        }
    }

    private static int number(String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException noNumber) {
            throw refusal();
        }
    }

    private static RequestRefused refusal() {
        return new RequestRefused(
                HttpStatus.BAD_REQUEST,
                "filters, each at most once: user, device, session, client, event, outcome, by; since, such as"
                        + " 2026-01-31T12:00:00Z; limit, 1 to " + GREATEST_LIMIT
                        + "; after, the next of the page before");
    }

    private static String onlyValue(List<String> values) {
        if (values.size() != 1 || values.get(0).isBlank()) {
            throw refusal();
        }
        return values.get(0);
    }
}

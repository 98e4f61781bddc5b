package org.sipoauth.authz.console;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.sipoauth.authz.audit.AuditStream;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.util.UriComponentsBuilder;

/** Searches the audit trail of all servers, the newest record first. */
@Controller
final class AuditPage {
    private static final String PATH = "/console/audit";
    private static final int RECORDS = 50;

    /** Fields of a record that may be searched for, with what the page calls them. */
    private static final Map<String, String> FILTERS = filters();

    /** Shown in columns of their own. */
    private static final Set<String> IN_COLUMNS =
            Set.of("at", "event", "outcome", "user", "device", "client", "session", "advice");

    /** What the names of fields begin with that say what was changed. */
    private static final String BEFORE = "before.";

    private static final String AFTER = "after.";

    private static final Map<String, Duration> SPANS = spans();

    private final AuditStream stream;
    private final Clock clock;

    AuditPage(AuditStream stream, Clock clock) {
        this.stream = stream;
        this.clock = clock;
    }

    /**
     * A record in words.
     *
     * @param bad whether it tells of a refusal or a revocation
     * @param about whom and what it is about, with where to look
     * @param changed what somebody changed
     * @param rest all its other fields
     */
    record Row(
            Moment at,
            String event,
            Optional<String> outcome,
            boolean bad,
            List<Subject> about,
            List<Changed> changed,
            Map<String, String> rest,
            Optional<String> advice) {}

    /**
     * @param before empty: there was none
     * @param after empty: there is none any more
     */
    record Changed(String member, Optional<String> before, Optional<String> after) {}

    record Subject(String kind, String name, String address) {}

    record Filter(String name, String title, String value) {}

    record Span(String value, String title, boolean chosen) {}

    /** @param given the filters; {@code since}, a span such as {@code 24h} or an instant; {@code after}, where a page ended */
    @GetMapping(PATH)
    String search(@RequestParam Map<String, String> given, Model model) {
        Instant now = clock.instant();
        Map<String, String> wanted = new LinkedHashMap<>();
        FILTERS.keySet()
                .forEach(name -> Optional.ofNullable(given.get(name))
                        .map(String::strip)
                        .filter(value -> !value.isEmpty())
                        .ifPresent(value -> wanted.put(name, value)));
        String since = given.getOrDefault("since", "all");
        AuditStream.Page page;
        try {
            page = stream.page(
                    AuditStream.agreeingWith(wanted),
                    start(since, now),
                    Optional.ofNullable(given.get("after")),
                    RECORDS);
        } catch (IllegalArgumentException | DateTimeException misunderstood) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, null, misunderstood);
        }
        model.addAttribute(
                "filters",
                FILTERS.entrySet().stream()
                        .map(filter -> new Filter(
                                filter.getKey(), filter.getValue(), wanted.getOrDefault(filter.getKey(), "")))
                        .toList());
        model.addAttribute(
                "spans",
                SPANS.keySet().stream()
                        .map(span -> new Span(span, title(span), span.equals(since)))
                        .toList());
        model.addAttribute("further", given.containsKey("after"));
        model.addAttribute("newest", address(wanted, since, Optional.empty()));
        model.addAttribute(
                "searchedBackTo",
                page.records().size() < RECORDS
                        ? page.searchedBackTo().map(at -> Moment.of(at, now))
                        : Optional.empty());
        model.addAttribute("older", page.next().map(next -> address(wanted, since, Optional.of(next))));
        model.addAttribute(
                "rows", page.records().stream().map(record -> row(record, now)).toList());
        return "console/audit";
    }

    private static Row row(Map<String, String> record, Instant now) {
        String event = record.getOrDefault("event", "?");
        List<Subject> about = new ArrayList<>();
        add(about, "user", record, Pages::subscriber);
        add(about, "device", record, Pages::device);
        add(about, "session", record, Pages::session);
        add(about, "client", record, name -> Pages.audit("client", name));
        Map<String, String> rest = new LinkedHashMap<>(record);
        rest.keySet().removeAll(IN_COLUMNS);
        rest.keySet().removeIf(field -> field.startsWith(BEFORE) || field.startsWith(AFTER));
        return new Row(
                Moment.of(Instant.parse(record.get("at")), now),
                event,
                Optional.ofNullable(record.get("outcome")),
                event.contains("refused") || event.contains("revo") || event.contains("denied"),
                about,
                changed(record),
                rest,
                Optional.ofNullable(record.get("advice")));
    }

    private static List<Changed> changed(Map<String, String> record) {
        return record.keySet().stream()
                .filter(field -> field.startsWith(BEFORE) || field.startsWith(AFTER))
                .map(field -> field.substring(field.indexOf('.') + 1))
                .distinct()
                .map(member -> new Changed(
                        member.replace('_', ' '),
                        Optional.ofNullable(record.get(BEFORE + member)),
                        Optional.ofNullable(record.get(AFTER + member))))
                .toList();
    }

    private static void add(
            List<Subject> about, String kind, Map<String, String> record, UnaryOperator<String> address) {
        String name = record.get(kind);
        if (name != null) {
            about.add(new Subject(kind, name, address.apply(name)));
        }
    }

    private static Instant start(String since, Instant now) {
        if (since.equals("all")) {
            return Instant.EPOCH;
        }
        Duration span = SPANS.get(since);
        return span != null ? now.minus(span) : Instant.parse(since);
    }

    private static String address(Map<String, String> wanted, String since, Optional<String> after) {
        UriComponentsBuilder address = UriComponentsBuilder.fromPath(PATH);
        Map<String, String> values = new LinkedHashMap<>(wanted);
        values.put("since", since);
        after.ifPresent(id -> values.put("after", id));
        values.keySet().forEach(name -> address.queryParam(name, "{" + name + "}"));
        return address.encode().buildAndExpand(values).toUriString();
    }

    private static String title(String span) {
        return switch (span) {
            case "1h" -> "the last hour";
            case "24h" -> "the last 24 hours";
            default -> "the whole trail (7 days)";
        };
    }

    private static Map<String, Duration> spans() {
        Map<String, Duration> spans = new LinkedHashMap<>();
        spans.put("1h", Duration.ofHours(1));
        spans.put("24h", Duration.ofHours(24));
        spans.put("all", Duration.ofDays(7));
        return spans;
    }

    private static Map<String, String> filters() {
        Map<String, String> filters = new LinkedHashMap<>();
        filters.put("user", "User");
        filters.put("device", "Device");
        filters.put("event", "Event");
        filters.put("outcome", "Outcome");
        filters.put("client", "Client");
        filters.put("session", "Session");
        filters.put("by", "Done by");
        return filters;
    }
}

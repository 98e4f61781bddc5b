package org.sipoauth.authz.audit;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.audit.AnonymousRecords.LeftOut;
import org.sipoauth.authz.throttle.Network;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes one line of JSON for every decision to the log {@code org.sipoauth.audit} and to each {@link AuditTrail}: one
 * where administrators search what matters for an incident, one that shows whether somebody has changed it. Whoever writes a record puts in who, what and why;
 * never a token, a code, a password or any part of one.
 */
@Component
public final class Audit {
    /** Of a value; some come from requests. */
    private static final int LONGEST = 300;

    /** A minute: some 5 MB a day in a file, and less than a third of the trail. */
    private static final int MOST_OF_NOBODY = 10;

    /** A minute, of the log and files alone: some 50 MB a day. */
    private static final int MOST_OF_CLIENTS = 100;

    /** Who has one of these in a record has shown something. */
    private static final List<String> KNOWN = List.of("session", "user", "device", "by");

    /** Records that agree in these are the same once more. */
    private static final List<String> SAMENESS =
            List.of("event", "outcome", "session", "user", "device", "client", "by", "named_device");

    private static final Logger LOG = LoggerFactory.getLogger("org.sipoauth.audit");
    private static final JsonMapper JSON = new JsonMapper();

    private final Clock clock;
    private final AuditTrail[] trails;
    private final Repeats repeats = new Repeats();
    private final AnonymousRecords anonymous = new AnonymousRecords(MOST_OF_NOBODY);
    private final AnonymousRecords ofAClient = new AnonymousRecords(MOST_OF_CLIENTS);

    public Audit(Clock clock, AuditTrail... trails) {
        this.clock = clock;
        this.trails = trails.clone();
    }

    /** Starts a record, such as {@code issued}, {@code refused}, {@code rotated} or {@code revoked}. */
    public Entry event(String name) {
        return new Entry(name);
    }

    /** A record being written; nothing happens until {@link #write} or one of the {@code keep} methods. */
    public final class Entry {
        private final Map<String, String> fields = new LinkedHashMap<>();

        private Entry(String event) {
            fields.put("event", event);
        }

        /** Whom and what it is about, by the names under which the trail is searched. */
        public Entry about(Concerned concerned) {
            return with("session", concerned.session())
                    .with("user", concerned.user())
                    .with("device", concerned.device())
                    .with("client", concerned.client());
        }

        /** Why something was refused, and whom and what that is about. */
        public Entry because(Refusal refusal) {
            return about(refusal.concerned())
                    .with("outcome", refusal.outcome())
                    .with("detail", refusal.detail())
                    .with("advice", refusal.advice());
        }

        /** Adds a field; absent values are left out. */
        public Entry with(String name, @Nullable Object value) {
            if (value != null) {
                String text = value.toString();
                fields.put(name, text.length() <= LONGEST ? text : text.substring(0, LONGEST) + '…');
            }
            return this;
        }

        /**
         * What changed, member by member: {@code before.<member>} and {@code after.<member>}, each where there is such a
         * value. What stayed is left out.
         *
         * @param before empty: it was made
         * @param after empty: it is gone
         */
        public Entry changed(Map<String, ?> before, Map<String, ?> after) {
            Set<String> members = new LinkedHashSet<>(before.keySet());
            members.addAll(after.keySet());
            members.removeIf(member -> Objects.equals(before.get(member), after.get(member)));
            for (String member : members) {
                with("before." + member, inWords(before.get(member)));
                with("after." + member, inWords(after.get(member)));
            }
            return this;
        }

        private static @Nullable Object inWords(@Nullable Object value) {
            return value instanceof Collection<?> values
                    ? values.stream().map(String::valueOf).collect(Collectors.joining(", "))
                    : value;
        }

        /** To the log, and the file if there is one. */
        public void write() {
            record();
        }

        /** To the search as well. */
        public void keep() {
            String json = record();
            for (AuditTrail trail : trails) {
                trail.keep(json);
            }
        }

        private String record() {
            fields.put("at", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString());
            String json = JSON.writeValueAsString(fields);
            LOG.info("{}", json);
            for (AuditTrail trail : trails) {
                trail.record(json);
            }
            return json;
        }

        /**
         * To the log, and to the trail unless the same is there from the last minute: a phone that tries again every
         * second, or somebody who wants the trail to forget, must not push out the rest. The next one kept says how many
         * were not, as {@code repeats}. Where no more than a client is known, whose name is no secret, the log has the same
         * from one network once a minute, and a hundred of all a minute.
         */
        public void keepOnceAMinute() {
            Instant now = clock.instant();
            OptionalInt before = repeats.sinceLastKept(sameness(), now);
            if (before.isPresent()) {
                withLeftOut(new LeftOut(before.getAsInt(), 0)).keep();
            } else if (KNOWN.stream().anyMatch(fields::containsKey)) {
                write();
            } else {
                ofAClient
                        .admit(sameness() + Network.of(fields.getOrDefault("address", "")), now)
                        .ifPresent(leftOut -> withLeftOut(leftOut).write());
            }
        }

        /**
         * Of somebody unknown, who may cause as many of these as they like: to the log and to all trails, the search as well,
         * but once a minute for the same from one network, and a few times a minute for all such together. A later record
         * says how many were not written: {@code repeats} of the same, {@code unrecorded} others.
         *
         * @param address where it came from
         */
        public void keepOfNobody(String address) {
            with("address", address);
            anonymous
                    .admit(sameness() + Network.of(address), clock.instant())
                    .ifPresent(leftOut -> withLeftOut(leftOut).keep());
        }

        private Entry withLeftOut(LeftOut leftOut) {
            return with("repeats", leftOut.repeats() == 0 ? null : leftOut.repeats())
                    .with("unrecorded", leftOut.unrecorded() == 0 ? null : leftOut.unrecorded());
        }

        private String sameness() {
            StringBuilder sameness = new StringBuilder();
            for (String name : SAMENESS) {
                sameness.append(fields.getOrDefault(name, "")).append('\n');
            }
            return sameness.toString();
        }
    }
}

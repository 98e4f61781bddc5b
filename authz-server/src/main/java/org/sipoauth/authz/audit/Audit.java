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
import org.sipoauth.authz.audit.RecordBudget.LeftOut;
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

    /** A minute, so that nobody uses all of that up from one place. */
    private static final int MOST_OF_A_NETWORK = 3;

    /** A minute, of the log and files alone, and as many of those who are known: some 50 MB a day each. */
    private static final int MOST_OF_CLIENTS = 100;

    /** A minute, of a network that names clients, or of one who is known, from however many networks. */
    private static final int MOST_OF_ONE = 10;

    /** Who has one of these in a record has shown something. */
    private static final List<String> KNOWN = List.of("session", "user", "device", "by");

    /** Records that agree in these are the same once more. Nothing that whoever asks can make up is among them. */
    private static final List<String> SAMENESS =
            List.of("event", "outcome", "session", "user", "device", "client", "by");

    private static final Logger LOG = LoggerFactory.getLogger("org.sipoauth.audit");
    private static final JsonMapper JSON = new JsonMapper();

    private final Clock clock;
    private final AuditTrail[] trails;
    private final Repeats refused = new Repeats();
    private final Repeats refusedInANetwork = new Repeats();
    private final Repeats given = new Repeats();
    private final Repeats givenToANetwork = new Repeats();
    private final RecordBudget ofNobody = new RecordBudget(MOST_OF_NOBODY, MOST_OF_A_NETWORK);
    private final RecordBudget ofTheNamed = new RecordBudget(MOST_OF_NOBODY, MOST_OF_A_NETWORK);
    private final RecordBudget ofAClient = new RecordBudget(MOST_OF_CLIENTS, MOST_OF_ONE);
    private final RecordBudget givenToAnybody = new RecordBudget(MOST_OF_CLIENTS, MOST_OF_ONE);
    private final RecordBudget ofTheKnown = new RecordBudget(MOST_OF_CLIENTS, MOST_OF_ONE);

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
                    .with("named_session", refusal.named().session())
                    .with("named_user", refusal.named().user())
                    .with("named_device", refusal.named().device())
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
         * Of what its cause can repeat at will, a refusal as a rule: to the log and to the search unless the same of the same
         * session, user, device, client and administrator is there from the last minute. A phone that tries again every second,
         * or somebody who wants the trail to forget, must not push out the rest, nor fill a disk. The next one kept says how
         * many were not, as {@code repeats}.
         *
         * <p>Between them the log alone has one a minute from each further network, for where it came from matters: ten of the
         * same who, and a hundred of all such. Where no more than a client is known, whose name is no secret, it has ten from
         * one network.
         */
        public void keepOnceAMinute() {
            Instant now = clock.instant();
            OptionalInt before = refused.sinceLastKept(sameness(), now);
            OptionalInt beforeFromHere = refusedInANetwork.sinceLastKept(sameness() + network(), now);
            if (before.isPresent()) {
                withLeftOut(new LeftOut(before.getAsInt(), 0)).keep();
            } else if (beforeFromHere.isPresent()) {
                writeOfAFurtherNetwork(beforeFromHere.getAsInt(), now);
            }
        }

        private void writeOfAFurtherNetwork(int before, Instant now) {
            boolean known = KNOWN.stream().anyMatch(fields::containsKey);
            (known ? ofTheKnown.admit(sameness() + network(), who(), now) : ofAClient.admit(sameness(), network(), now))
                    .map(leftOut -> new LeftOut(before, leftOut.unrecorded()))
                    .ifPresent(leftOut -> withLeftOut(leftOut).write());
        }

        /**
         * Of somebody unknown, who may cause as many of these as they like: to the log and to all trails, the search as well,
         * but once a minute for the same from one network, three times a minute for one network, and ten times for all such
         * together. A later record says how many were not written: {@code repeats} of the same, {@code unrecorded} others.
         * What names a login has as many of its own, and is the same only if it names the same.
         *
         * @param address where it came from
         */
        public void keepOfNobody(String address) {
            with("address", address);
            RecordBudget budget = fields.containsKey("named_session") ? ofTheNamed : ofNobody;
            budget.admit(sameness() + values(List.of("named_session")), network(), clock.instant())
                    .ifPresent(leftOut -> withLeftOut(leftOut).keep());
        }

        /**
         * Of what somebody known may have as often as they like, such as a file of their own: to the log and files unless the
         * same is there from the last minute. The next one says how many were not, as {@code repeats}. Of further networks as
         * {@link #keepOnceAMinute} does: it may be somebody else who has it there.
         */
        public void writeOnceAMinute() {
            Instant now = clock.instant();
            OptionalInt before = given.sinceLastKept(sameness(), now);
            OptionalInt beforeFromHere = givenToANetwork.sinceLastKept(sameness() + network(), now);
            if (before.isPresent()) {
                withLeftOut(new LeftOut(before.getAsInt(), 0)).write();
            } else if (beforeFromHere.isPresent()) {
                writeOfAFurtherNetwork(beforeFromHere.getAsInt(), now);
            }
        }

        /**
         * Of what anybody may have as often as they like: to the log and files, but once a minute for the same from one
         * network, ten times a minute for one network, and a hundred times for all such together. A later record says how many
         * were not written.
         *
         * @param address where it came from
         */
        public void writeOfNobody(String address) {
            with("address", address);
            givenToAnybody
                    .admit(sameness(), network(), clock.instant())
                    .ifPresent(leftOut -> withLeftOut(leftOut).write());
        }

        private Entry withLeftOut(LeftOut leftOut) {
            return with("repeats", leftOut.repeats() == 0 ? null : leftOut.repeats())
                    .with("unrecorded", leftOut.unrecorded() == 0 ? null : leftOut.unrecorded());
        }

        private String sameness() {
            return values(SAMENESS);
        }

        private String who() {
            return values(KNOWN);
        }

        private String network() {
            return Network.of(fields.getOrDefault("address", ""));
        }

        private String values(List<String> names) {
            return names.stream()
                    .map(name -> fields.getOrDefault(name, ""))
                    .collect(Collectors.joining("\n", "", "\n"));
        }
    }
}

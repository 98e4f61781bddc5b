package org.sipoauth.authz.console;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.console.Remedies.Remedy;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.device.DeviceType;
import org.sipoauth.authz.refresh.Session;
import org.sipoauth.authz.subscriber.Account;

/**
 * Why a device does not register: all that must hold for it, step by step, each with what was found and, where it does not
 * hold, what to do. A function of the facts.
 *
 * @param conclusion what is wrong, or that nothing is
 * @param obstacle the first that does not hold: what is to be done comes first there, for what follows may hang on it
 * @param phone what the phone should do next
 */
record Diagnosis(String conclusion, Optional<Step> obstacle, String phone, List<Step> steps) {

    enum State {
        HOLDS,
        FAILS,
        /** Cannot be known here, or hangs on a step that fails. */
        OPEN
    }

    /**
     * One thing that must hold.
     *
     * @param remedy what to do; empty where it holds
     * @param link to where that is done or can be looked at
     * @param perhaps what may keep the device from registering, if it was this one
     */
    record Step(
            String title,
            State state,
            String finding,
            Optional<String> remedy,
            Optional<Link> link,
            List<Perhaps> perhaps) {}

    /** A refusal that may have been of this device, with what to do if it was. */
    record Perhaps(Moment at, String cause, String finding, String remedy) {}

    record Link(String text, String address) {}

    /**
     * What a registrar or this server said, as its log and {@code sipoauth registrar status} or the audit name it.
     *
     * @param where whose refusals, and which of them
     */
    record Said(Remedies.Where where, String cause) {
        /** @param text such as {@code registrar.token_expired}; anything else is nothing */
        static Optional<Said> parse(String text) {
            return Arrays.stream(Remedies.Where.values())
                    .filter(where -> text.startsWith(prefix(where)))
                    .findFirst()
                    .map(where -> new Said(where, text.substring(prefix(where).length())));
        }

        String text() {
            return prefix(where) + cause;
        }

        private static String prefix(Remedies.Where where) {
            return where.name().toLowerCase(Locale.ROOT) + ".";
        }
    }

    /**
     * What is known.
     *
     * @param device the name that was asked for
     * @param usable whether the device is enabled, and OAuth is on in its security profile
     * @param owner the account that owns the device, if there is one of that name
     * @param sessions on the device, live and revoked
     * @param refusals records of the audit about the device or its owner that tell of a refusal, the newest first
     * @param refusalsSince how far back the audit was looked through for them
     * @param nameless records of refusals that name no device, the newest first
     * @param namelessSince how far back the audit was looked through for them
     * @param networks that the device, or a browser of its owner, was seen in
     * @param accessLife how long an access token lives
     * @param said what somebody says that a registrar or this server said
     * @param registrars what they say themselves, as far as this server may ask them
     */
    record Facts(
            String device,
            Instant now,
            boolean modeEnabled,
            Optional<Device> found,
            boolean usable,
            Optional<Account> owner,
            List<Session> sessions,
            List<Map<String, String>> refusals,
            Instant refusalsSince,
            List<Map<String, String>> nameless,
            Instant namelessSince,
            Set<String> networks,
            Duration accessLife,
            Optional<Said> said,
            Registrars.Answers registrars) {
        Optional<Session> live() {
            return sessions.stream()
                    .filter(session -> session.revoked().isEmpty() && now.isBefore(session.end()))
                    .filter(session -> found.map(Device::owner)
                            .filter(session.user()::equals)
                            .isPresent())
                    .max(Comparator.comparing(Facts::lastTokens));
        }

        /** Whether that came after it was last given tokens, if it ever was: what came before has not kept it from them. */
        boolean counts(Map<String, String> record) {
            return live().map(Facts::lastTokens)
                    .filter(last -> !at(record).isAfter(last))
                    .isEmpty();
        }

        /** When it was last given tokens. */
        static Instant lastTokens(Session session) {
            return session.lastRefresh().orElse(session.begun());
        }
    }

    public boolean fine() {
        return obstacle.isEmpty();
    }

    static Diagnosis of(Facts facts) {
        List<NamelessRefusal> nameless = NamelessRefusal.of(
                facts.nameless().stream().filter(facts::counts).toList(), facts.device(), facts.networks());
        List<Step> steps = new ArrayList<>();
        steps.add(mode(facts));
        steps.add(exists(facts));
        steps.add(profile(facts));
        steps.add(owner(facts));
        steps.add(signedIn(facts));
        steps.add(fresh(facts));
        steps.add(notRefused(facts));
        steps.add(nameless(nameless, facts));
        steps.add(registrar(facts));
        Optional<Step> obstacle =
                steps.stream().filter(step -> step.state() == State.FAILS).findFirst();
        return new Diagnosis(
                obstacle.map(Step::finding)
                        .or(() -> registered(facts).map(heard -> "It is registered at " + heard.node() + "."))
                        .orElse("Nothing stands in its way as far as this server knows. If it still does not register,"
                                + (nameless.isEmpty()
                                        ? " choose above what the registrar says."
                                        : " see below whom this server refused without getting to know the device, or"
                                                + " choose above what the registrar says.")),
                obstacle,
                phone(facts),
                steps);
    }

    private static Step mode(Facts facts) {
        return facts.modeEnabled()
                ? holds("SIP OAuth mode", "The mode is enabled.")
                : fails(
                        "SIP OAuth mode",
                        "The mode is disabled: phones are told to register without a token, and registrars refuse"
                                + " tokens.",
                        "Enable the mode. Phones have it with their next configuration file, registrars with their"
                                + " next poll.",
                        new Link("Mode", "/console/mode"));
    }

    private static Step exists(Facts facts) {
        return facts.found()
                .map(device -> holds(
                        "Device",
                        "It is a " + words(device) + ", for " + String.join(", ", device.addressesOfRecord()) + "."))
                .orElseGet(() -> fails(
                        "Device",
                        Device.isName(facts.device())
                                ? "There is no device of that name."
                                : "That cannot name a device: CSF, BOT, TCT or TAB and up to 12 characters, or SEP and a MAC address.",
                        "Compare the name with what the phone asks for, such as the CSF… or SEP… of its configuration"
                                + " file.",
                        new Link("Devices", "/console/devices")));
    }

    private static Step profile(Facts facts) {
        if (facts.found().isEmpty()) {
            return open("Security profile", "Not looked at: there is no device.");
        }
        Device device = facts.found().get();
        Link link = new Link("The device", Pages.device(device.name()));
        if (!device.enabled()) {
            return fails(
                    "Security profile",
                    "The device is disabled: no token is issued for it.",
                    "Enable it, if whoever disabled it agrees: sipoauth device enable " + device.name() + ".",
                    link);
        }
        return facts.usable()
                ? holds("Security profile", "OAuth is enabled in its profile " + device.securityProfile() + ".")
                : fails(
                        "Security profile",
                        "OAuth is off in its profile " + device.securityProfile() + ": no token is issued for it.",
                        "Enable OAuth in that profile, or give the device another.",
                        link);
    }

    private static Step owner(Facts facts) {
        if (facts.found().isEmpty()) {
            return open("Owner", "Not looked at: there is no device.");
        }
        String name = facts.found().get().owner();
        Link link = new Link("Subscriber", Pages.subscriber(name));
        if (facts.owner().isEmpty()) {
            return fails(
                    "Owner",
                    "Its owner " + name + " has no account.",
                    "Make an account for " + name + ", or give the device to a subscriber there is.",
                    link);
        }
        if (!facts.owner().get().enabled()) {
            return fails(
                    "Owner",
                    "Its owner " + name + " is disabled, and gets no tokens.",
                    "Enable " + name + ", if whoever disabled the account agrees.",
                    link);
        }
        return facts.owner().get().kind().isSubscriber()
                ? holds("Owner", name + " is a subscriber.")
                : fails(
                        "Owner",
                        "Its owner " + name + " is no subscriber, and gets no tokens for a device.",
                        "Give the device to a subscriber.",
                        link);
    }

    private static Step signedIn(Facts facts) {
        if (facts.found().isEmpty()) {
            return open("Login", "Not looked at: there is no device.");
        }
        Device device = facts.found().get();
        Link link = new Link("Its sessions", Pages.sessions(device.name()));
        Optional<Session> live = facts.live();
        if (live.isPresent()) {
            return holds(
                    "Login",
                    device.owner() + " signed in "
                            + Moment.of(live.get().begun(), facts.now()).distance() + "; the login ends "
                            + Moment.of(live.get().end(), facts.now()).distance() + ".");
        }
        Optional<Session> ended = facts.sessions().stream()
                .filter(session -> session.revoked().isPresent())
                .max(Comparator.comparing(
                        session -> session.revoked().orElseThrow().at()));
        if (ended.isPresent()) {
            Session.Revocation revoked = ended.get().revoked().orElseThrow();
            return fails(
                    "Login",
                    "Its login was revoked "
                            + Moment.of(revoked.at(), facts.now()).distance() + ": " + revoked.reason() + ".",
                    replay(ended.get(), facts)
                            .orElse("If that is over, have " + device.owner() + " sign in again on the device."),
                    link);
        }
        boolean others = !facts.sessions().isEmpty();
        return fails(
                "Login",
                others
                        ? "Somebody else than its owner is signed in on it."
                        : "Nobody is signed in on it: it never was, or its login came to its end.",
                others
                        ? "Revoke that session, and have " + device.owner() + " sign in on the device."
                        : "Have " + device.owner() + " sign in on the device.",
                link);
    }

    /** What to do if a login ended because two held it: to sign in again is not enough. */
    private static Optional<String> replay(Session ended, Facts facts) {
        return facts.refusals().stream()
                .filter(record -> ended.id().toString().equals(record.get("session")))
                .map(record -> record.getOrDefault("outcome", ""))
                .filter(outcome -> outcome.contains("replayed"))
                .findFirst()
                .flatMap(outcome -> Remedies.of(Remedies.Where.SERVER, outcome))
                .map(Remedy::action);
    }

    private static Step fresh(Facts facts) {
        Optional<Session> live = facts.live();
        if (live.isEmpty()) {
            return open("Access token", "Not looked at: there is no login.");
        }
        Instant last = Facts.lastTokens(live.get());
        Moment given = Moment.of(last, facts.now());
        return facts.now().isBefore(last.plus(facts.accessLife()))
                ? holds(
                        "Access token",
                        "It was given one " + given.distance() + ", and they live " + Moment.length(facts.accessLife())
                                + ".")
                : fails(
                        "Access token",
                        "Its last one was given " + given.distance() + " and has expired.",
                        "The phone has not refreshed: see whether it is on, and reaches this server over HTTPS.",
                        new Link("Its session", Pages.session(live.get().id().toString())));
    }

    private static Step notRefused(Facts facts) {
        Optional<Said> said = facts.said().filter(cause -> cause.where() == Remedies.Where.SERVER);
        return said.isPresent() ? said("Last answer", said.get()) : lastAnswer(facts);
    }

    private static Step lastAnswer(Facts facts) {
        Optional<Map<String, String>> refusal =
                facts.refusals().stream().filter(facts::counts).findFirst();
        if (refusal.isEmpty()) {
            return holds(
                    "Last answer",
                    facts.refusals().isEmpty()
                            ? "The audit of the last "
                                    + Moment.length(Duration.between(facts.refusalsSince(), facts.now()))
                                    + " tells of no refusal."
                            : "It was given tokens since the last refusal.");
        }
        Map<String, String> record = refusal.get();
        String outcome = cause(record);
        Optional<Remedy> known = Remedies.of(Remedies.Where.SERVER, outcome);
        return fails(
                "Last answer",
                "This server refused it " + Moment.of(at(record), facts.now()).distance() + " (" + outcome + "): "
                        + known.map(Remedy::meaning).orElse("for a reason that this page does not know."),
                Objects.requireNonNullElse(
                        record.get("advice"), known.map(Remedy::action).orElse("See the record in the audit.")),
                new Link("Audit", Pages.audit("device", facts.device())));
    }

    /** For what a record of a refusal says: its name in {@link Remedies}, if it is there. */
    static String cause(Map<String, String> record) {
        return record.getOrDefault("event", "").equals("device_denied")
                ? "denied"
                : record.getOrDefault("outcome", record.getOrDefault("error", "refused"));
    }

    private static Step nameless(List<NamelessRefusal> refusals, Facts facts) {
        String title = "Refusals that name no device";
        String span = Moment.length(Duration.between(facts.namelessSince(), facts.now()));
        if (refusals.isEmpty()) {
            return holds(title, "The audit, looked through " + span + " back, tells of none that may be its.");
        }
        return new Step(
                title,
                State.OPEN,
                "The audit, looked through " + span
                        + " back, tells of requests that were refused without anybody getting to"
                        + " know the device. If one was this phone's, that is why.",
                Optional.empty(),
                Optional.empty(),
                refusals.stream().map(refusal -> perhaps(refusal, facts)).toList());
    }

    private static Perhaps perhaps(NamelessRefusal refusal, Facts facts) {
        Optional<Remedy> known = Remedies.of(Remedies.Where.SERVER, refusal.cause());
        return new Perhaps(
                Moment.of(refusal.at(), facts.now()),
                refusal.cause(),
                (refusal.likely() ? "Probably this one: " : "") + refusal.where()
                        + (refusal.more() == 0 ? "" : ", and " + refusal.more() + " more before")
                        + ". "
                        + known.map(Remedy::meaning).orElse("This page does not know that reason."),
                refusal.advice().or(() -> known.map(Remedy::action)).orElse("See the record in the audit."));
    }

    private static Step registrar(Facts facts) {
        return facts.said()
                .filter(said -> said.where() != Remedies.Where.SERVER)
                .map(said -> said("Registrar", said))
                .or(() -> facts.registrars().heard().map(heard -> heard(heard, facts)))
                .orElseGet(() -> nothingHeard(facts.registrars()));
    }

    private static Step said(String title, Said said) {
        return Remedies.of(said.where(), said.cause())
                .map(remedy -> fails(title, said.cause() + ": " + remedy.meaning(), remedy.action(), null))
                .orElseGet(() -> open(title, "Nothing of this release says that."));
    }

    private static Step nothingHeard(Registrars.Answers answers) {
        return open(
                "Registrar",
                (answers.asked() ? asked(answers) : "Registrars decide without this server.")
                        + " Choose above what its log, or “sipoauth registrar status”, says.");
    }

    private static String asked(Registrars.Answers answers) {
        List<String> parts = new ArrayList<>();
        List<String> searched = answers.searched();
        if (!searched.isEmpty()) {
            parts.add("Asked " + String.join(", ", searched)
                    + (searched.size() == 1
                            ? ": it does not have it"
                            : searched.size() == 2 ? ": neither has it" : ": none has it"));
        }
        if (!answers.unsearched().isEmpty()) {
            parts.add("not searched: " + String.join(", ", answers.unsearched()));
        }
        if (!answers.silent().isEmpty()) {
            parts.add(String.join(", ", answers.silent()) + " did not answer");
        }
        String text = String.join("; ", parts);
        return Character.toUpperCase(text.charAt(0)) + text.substring(1) + ".";
    }

    /** A refusal that came before the newest token tells of an older one. */
    private static Step heard(Registrars.Heard heard, Facts facts) {
        Moment at = Moment.of(heard.at(), facts.now());
        if (heard.refused().isEmpty()) {
            return holds(
                    "Registrar",
                    heard.node() + " has it registered; that ends " + at.distance() + " unless it registers again.");
        }
        String cause = heard.refused().get();
        String what = heard.node() + " refused it " + at.distance() + " (" + cause + ")";
        if (facts.live()
                .filter(login -> Facts.lastTokens(login).isAfter(heard.at()))
                .isPresent()) {
            return open("Registrar", what + ", before it was given its latest token.");
        }
        if (facts.registrars().unsearched().contains(heard.node())) {
            return open("Registrar", what + "; whether it has registered since is not known here.");
        }
        return Remedies.of(Remedies.Where.REGISTRAR, cause)
                .map(remedy -> fails("Registrar", what + ": " + remedy.meaning(), remedy.action(), null))
                .orElseGet(() -> open("Registrar", what + "."));
    }

    private static Optional<Registrars.Heard> registered(Facts facts) {
        return facts.said().isPresent()
                ? Optional.empty()
                : facts.registrars().heard().filter(heard -> heard.refused().isEmpty());
    }

    /** What comes next on the phone's side. */
    private static String phone(Facts facts) {
        if (facts.found().isEmpty() || facts.owner().isEmpty()) {
            return "Nothing yet: it could not sign in.";
        }
        if (!facts.modeEnabled()) {
            return "Read its configuration file again, once the mode is enabled.";
        }
        if (!facts.usable()) {
            return "Read its configuration file again, once it is enabled with OAuth.";
        }
        if (facts.live().isEmpty()) {
            return facts.found().get().type() == DeviceType.DESK_PHONE
                    ? "Show a code, for its user to enter at /device, or use its activation code or its certificate."
                    : "Open the sign-in page, for its user to sign in.";
        }
        return facts.now().isBefore(Facts.lastTokens(facts.live().get()).plus(facts.accessLife()))
                ? "Register with the access token that it has; refresh before that expires."
                : "Refresh, then register with the new access token.";
    }

    private static Instant at(Map<String, String> record) {
        return Instant.parse(record.get("at"));
    }

    static String words(Device device) {
        return switch (device.type()) {
            case DESKTOP -> "softphone on a computer";
            case ANDROID -> "softphone on an Android phone";
            case IPHONE -> "softphone on an iPhone";
            case TABLET -> "softphone on a tablet";
            case DESK_PHONE -> "desk phone";
        };
    }

    private static Step holds(String title, String finding) {
        return new Step(title, State.HOLDS, finding, Optional.empty(), Optional.empty(), List.of());
    }

    private static Step open(String title, String finding) {
        return new Step(title, State.OPEN, finding, Optional.empty(), Optional.empty(), List.of());
    }

    private static Step fails(String title, String finding, String remedy, @Nullable Link link) {
        return new Step(title, State.FAILS, finding, Optional.of(remedy), Optional.ofNullable(link), List.of());
    }
}

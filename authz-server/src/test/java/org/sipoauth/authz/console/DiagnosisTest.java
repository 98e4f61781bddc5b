package org.sipoauth.authz.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sipoauth.authz.console.Diagnosis.Said;
import org.sipoauth.authz.console.Diagnosis.State;
import org.sipoauth.authz.console.Diagnosis.Step;
import org.sipoauth.authz.console.Remedies.Where;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.device.SecurityProfile;
import org.sipoauth.authz.refresh.FamilyId;
import org.sipoauth.authz.refresh.Session;
import org.sipoauth.authz.status.StatusListName;
import org.sipoauth.authz.status.StatusReference;
import org.sipoauth.authz.subscriber.Account;

class DiagnosisTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Device DEVICE = new Device("CSFALICE", "alice", List.of("sip:1001@example.com"));

    private boolean modeEnabled = true;
    private Optional<Device> device = Optional.of(DEVICE);
    private boolean usable = true;
    private Optional<Account> owner = Optional.of(account(Account.Kind.SUBSCRIBER, true));
    private final List<Session> sessions =
            new ArrayList<>(List.of(session("alice", NOW.minus(HOUR.dividedBy(2)), null)));
    private final List<Map<String, String>> refusals = new ArrayList<>();
    private final List<Map<String, String>> nameless = new ArrayList<>();
    private Optional<Said> said = Optional.empty();
    private Registrars.Answers registrars = Registrars.Answers.NONE;

    @Test
    void findsNothingWhereAllHolds() {
        Diagnosis diagnosis = diagnose();

        assertThat(diagnosis.fine()).isTrue();
        assertThat(diagnosis.steps()).extracting(Step::state).containsOnly(State.HOLDS, State.OPEN);
        assertThat(diagnosis.steps())
                .filteredOn(step -> step.state() == State.OPEN)
                .extracting(Step::title)
                .containsExactly("Registrar");
        assertThat(diagnosis.phone()).startsWith("Register with the access token");
    }

    @Test
    void blamesTheModeFirst() {
        modeEnabled = false;
        sessions.clear();

        assertThat(diagnose().conclusion()).startsWith("The mode is disabled");
        assertThat(diagnose().obstacle().flatMap(Step::remedy).orElseThrow()).startsWith("Enable the mode");
        assertFails("SIP OAuth mode", "Enable the mode");
    }

    @Test
    void saysThatThereIsNoSuchDeviceAndLooksNoFurther() {
        device = Optional.empty();
        owner = Optional.empty();
        sessions.clear();

        assertFails("Device", "Compare the name");
        assertThat(diagnose().steps().subList(2, 6)).extracting(Step::state).containsOnly(State.OPEN);
        assertThat(diagnose().phone()).startsWith("Nothing yet");
    }

    @Test
    void saysThatOauthIsOffInItsProfile() {
        usable = false;

        assertFails("Security profile", "Enable OAuth");
    }

    @Test
    void saysThatItIsDisabled() {
        device = Optional.of(
                new Device("CSFALICE", "alice", List.of("sip:1001@example.com"), SecurityProfile.WITH_OAUTH, false));
        usable = false;

        assertFails("Security profile", "Enable it");
    }

    @Test
    void saysThatItsOwnerIsDisabled() {
        owner = Optional.of(account(Account.Kind.SUBSCRIBER, false));

        assertFails("Owner", "Enable alice");
    }

    @Test
    void saysThatItsOwnerIsGone() {
        owner = Optional.empty();

        assertFails("Owner", "Make an account for alice");
    }

    @Test
    void saysThatItsOwnerIsNoSubscriber() {
        owner = Optional.of(account(Account.Kind.ADMINISTRATOR, true));

        assertFails("Owner", "Give the device to a subscriber");
    }

    @Test
    void saysThatNobodyIsSignedIn() {
        sessions.clear();

        assertFails("Login", "Have alice sign in");
        assertThat(diagnose().phone()).startsWith("Open the sign-in page");
    }

    @Test
    void saysWhyItsLoginWasRevoked() {
        sessions.set(0, session("alice", NOW.minus(HOUR), new Session.Revocation(NOW.minus(HOUR), "phone lost")));

        assertThat(diagnose().conclusion()).isEqualTo("Its login was revoked 1 h ago: phone lost.");
        assertFails("Login", "If that is over");
    }

    @Test
    void saysFirstWhatToDoAboutALoginThatTwoHeld() {
        sessions.set(0, session("alice", NOW.minus(HOUR), new Session.Revocation(NOW.minus(HOUR), "replay")));
        refusals.add(Map.of(
                "event",
                "refused",
                "outcome",
                "replayed",
                "session",
                sessions.get(0).id().toString(),
                "at",
                NOW.minus(HOUR).toString()));

        assertFails("Login", "Find out who else");
        assertThat(diagnose().obstacle().flatMap(Step::remedy).orElseThrow()).startsWith("Find out who else");
    }

    @Test
    void saysThatSomebodyElseIsSignedIn() {
        sessions.set(0, session("bob", NOW.minus(HOUR.dividedBy(2)), null));

        assertFails("Login", "Revoke that session");
    }

    @Test
    void looksAtTheLoginThatIsLiveWhereAnotherWasRevoked() {
        sessions.add(session("alice", NOW.minus(HOUR), new Session.Revocation(NOW.minus(HOUR), "phone lost")));

        assertThat(diagnose().fine()).isTrue();
    }

    @Test
    void saysThatItHasNotRefreshedOnceItsTokenHasExpired() {
        sessions.set(0, session("alice", NOW.minus(HOUR).plusMillis(1), null));
        assertThat(diagnose().fine()).isTrue();

        sessions.set(0, session("alice", NOW.minus(HOUR), null));

        assertFails("Access token", "The phone has not refreshed");
        assertThat(diagnose().phone()).startsWith("Refresh, then register");
    }

    @Test
    void passesOverARefusalThatWasFollowedByTokens() {
        refusals.add(refusal(NOW.minus(HOUR), "deferred"));

        assertThat(diagnose().fine()).isTrue();
    }

    @Test
    void namesCauseAndRemedyOfEveryRefusalOfTheServer() {
        Set<String> causes = Remedies.all(Where.SERVER).keySet();

        assertThat(causes).allSatisfy(cause -> {
            refusals.clear();
            refusals.add(refusal(NOW.minusSeconds(60), cause));
            Step step = step("Last answer");
            assertThat(step.state()).isEqualTo(State.FAILS);
            assertThat(step.finding())
                    .contains("(" + cause + ")")
                    .endsWith(Remedies.of(Where.SERVER, cause).orElseThrow().meaning());
            assertThat(step.remedy())
                    .contains(Remedies.of(Where.SERVER, cause).orElseThrow().action());
        });
    }

    @Test
    void tellsOfAPhoneThatItsUserDenied() {
        refusals.add(Map.of("event", "device_denied", "at", NOW.toString()));

        assertFails("Last answer", "Ask whether they had started it");
        assertThat(step("Last answer").finding()).contains("(denied)");
    }

    @Test
    void namesCauseAndRemedyOfEveryRefusalThatNamesNoDevice() {
        assertThat(Remedies.all(Where.SERVER)).allSatisfy((cause, remedy) -> {
            nameless.clear();
            nameless.add(refusal(NOW, cause));
            assertThat(step("Refusals that name no device").perhaps())
                    .singleElement()
                    .satisfies(perhaps -> {
                        assertThat(perhaps.cause()).isEqualTo(cause);
                        assertThat(perhaps.finding()).endsWith(remedy.meaning());
                        assertThat(perhaps.remedy()).isEqualTo(remedy.action());
                    });
        });
        assertThat(step("Refusals that name no device").state()).isEqualTo(State.OPEN);
        assertThat(diagnose().fine()).isTrue();
        assertThat(diagnose().conclusion()).contains("see below whom this server refused");
    }

    @Test
    void passesOverARefusalThatNamesNoDeviceAndWasFollowedByTokens() {
        nameless.add(refusal(NOW.minus(HOUR), "network"));

        assertThat(step("Refusals that name no device").state()).isEqualTo(State.HOLDS);
    }

    @Test
    void prefersTheAdviceOfTheRecordItself() {
        refusals.add(Map.of(
                "event", "refused", "outcome", "replayed", "advice", "Look at the phone.", "at", NOW.toString()));

        assertFails("Last answer", "Look at the phone.");
    }

    @Test
    void namesCauseAndRemedyOfEveryRefusalOfARegistrar() {
        for (Where where : List.of(Where.REGISTRAR, Where.HANDSHAKE, Where.MESSAGE)) {
            assertThat(Remedies.all(where)).allSatisfy((cause, remedy) -> {
                said = Optional.of(new Said(where, cause));
                Step step = step("Registrar");
                assertThat(step.state()).isEqualTo(State.FAILS);
                assertThat(step.finding()).isEqualTo(cause + ": " + remedy.meaning());
                assertThat(step.remedy()).contains(remedy.action());
            });
        }
    }

    @Test
    void explainsWhatThisServerSaid() {
        said = Optional.of(new Said(Where.SERVER, "network"));

        assertFails("Last answer", "If it is a phone of yours");
        assertThat(step("Registrar").state()).isEqualTo(State.OPEN);
    }

    @Test
    void saysAtWhichRegistrarItIsRegistered() {
        registrars = heard(NOW.plusSeconds(600), Optional.empty());

        assertThat(diagnose().conclusion()).isEqualTo("It is registered at node1.");
        assertThat(diagnose().fine()).isTrue();
        assertThat(step("Registrar").finding())
                .isEqualTo("node1 has it registered; that ends in 10 min unless it registers again.");
        sessions.clear();
        assertThat(diagnose().conclusion()).startsWith("Nobody is signed in on it");
    }

    @Test
    void tellsWhatARegistrarRefusedItForSinceItsLatestToken() {
        registrars = heard(NOW.minusSeconds(60), Optional.of("token_revoked"));
        assertFails("Registrar", "The audit says who ended it");
        assertThat(step("Registrar").finding())
                .isEqualTo("node1 refused it 1 min ago (token_revoked): The login was ended.");

        registrars = heard(NOW.minus(HOUR), Optional.of("token_revoked"));
        assertThat(step("Registrar").state()).isEqualTo(State.OPEN);
        assertThat(step("Registrar").finding()).contains("before it was given its latest token");
    }

    @Test
    void drawsNoConclusionFromARefusalWhereItMayHaveRegisteredSince() {
        Registrars.Answers read = heard(NOW.minusSeconds(60), Optional.of("token_revoked"));
        registrars = new Registrars.Answers(read.heard(), List.of(), List.of("node1"), List.of());

        assertThat(step("Registrar").state()).isEqualTo(State.OPEN);
        assertThat(step("Registrar").finding())
                .isEqualTo(
                        "node1 refused it 1 min ago (token_revoked); whether it has registered since is not known here.");
        assertThat(diagnose().fine()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "node1, '', '', Asked node1: it does not have it.",
        "node1 node2, '', node3, Asked node1&node2: neither has it; node3 did not answer.",
        "node1 node2 node3, node4, '', Asked node1&node2&node3: none has it; not searched: node4.",
        "'', node4, '', Not searched: node4.",
        "'', '', '', Registrars decide without this server."
    })
    void saysWhatWasAskedOfRegistrars(String searched, String unsearched, String silent, String finding) {
        registrars = new Registrars.Answers(Optional.empty(), words(searched), words(unsearched), words(silent));

        assertThat(step("Registrar").state()).isEqualTo(State.OPEN);
        assertThat(step("Registrar").finding()).startsWith(finding.replace("&", ", ") + " Choose above");
    }

    private static List<String> words(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split(" "));
    }

    private void assertFails(String title, String remedy) {
        Step step = step(title);
        assertThat(step.state()).isEqualTo(State.FAILS);
        assertThat(step.remedy().orElseThrow()).startsWith(remedy);
        assertThat(diagnose().fine()).isFalse();
    }

    private Step step(String title) {
        return diagnose().steps().stream()
                .filter(step -> step.title().equals(title))
                .findFirst()
                .orElseThrow();
    }

    private Diagnosis diagnose() {
        return Diagnosis.of(new Diagnosis.Facts(
                "CSFALICE",
                NOW,
                modeEnabled,
                device,
                usable,
                owner,
                sessions,
                refusals,
                NOW.minus(Duration.ofDays(7)),
                nameless,
                NOW.minus(Duration.ofDays(1)),
                Set.of("192.0.2.7"),
                HOUR,
                said,
                registrars));
    }

    private static Registrars.Answers heard(Instant at, Optional<String> refused) {
        return new Registrars.Answers(
                Optional.of(new Registrars.Heard("node1", at, refused)), List.of("node1"), List.of(), List.of());
    }

    private static Account account(Account.Kind kind, boolean enabled) {
        return new Account("alice", kind, "hash", false, enabled, "", false, "mark", "revision");
    }

    private static Map<String, String> refusal(Instant at, String outcome) {
        return Map.of("event", "refused", "outcome", outcome, "at", at.toString());
    }

    private static Session session(String user, Instant lastTokens, Session.@Nullable Revocation revoked) {
        return new Session(
                FamilyId.parse("s17.AAAAAAAAAAAAAAAAAAAAAA"),
                user,
                Optional.of("CSFALICE"),
                "softphone",
                Set.of("sip.register"),
                NOW.minus(Duration.ofDays(1)),
                NOW.plus(Duration.ofDays(59)),
                Optional.of(lastTokens),
                2,
                new StatusReference(new StatusListName(17, 680, 0), 1),
                Optional.ofNullable(revoked));
    }
}

package org.sipoauth.authz.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.sipoauth.authz.console.Remedies.Where;
import org.sipoauth.registrar.register.Refusal;

/** Whatever the system can refuse for has a cause and a remedy here, and nothing else has. */
class RemediesTest {
    private static final String PRESENTATION = "org.sipoauth.authz.refresh.Presentation";

    /** Outcomes that are none of a refusal, and other words of code that makes one. */
    private static final Set<String> NO_CAUSES = Set.of(
            "answered",
            "approved",
            "by",
            "client",
            "code_refused",
            "created",
            "device",
            "device_authorization",
            "device_name",
            "done",
            "email",
            "introspect",
            "issued",
            "openid",
            "named_device",
            "none",
            "not_modified",
            "nothing",
            "pending",
            "pushed_authorization_request",
            "redeemed",
            "removed",
            "served",
            "session",
            "signed_in",
            "user");

    @Test
    void knowsEveryRefusalOfTheServer() {
        Set<String> possible = new TreeSet<>(RefusalNames.ofTheServer());
        possible.addAll(RefusalNames.constantsOf("org.sipoauth.authz.grant.GrantMetrics", "ERRORS"));
        possible.addAll(RefusalNames.constantsOf("org.sipoauth.authz.refresh.RefreshAdvice", "SENTENCES"));
        possible.addAll(refusedPresentations());
        possible.removeAll(NO_CAUSES);

        assertThat(Remedies.all(Where.SERVER).keySet()).containsExactlyInAnyOrderElementsOf(possible);
    }

    @Test
    void knowsEveryRefusalOfARegistrar() {
        assertThat(Remedies.all(Where.REGISTRAR).keySet()).containsExactlyInAnyOrderElementsOf(names(Refusal.class));
    }

    @Test
    void knowsEveryFailedHandshake() throws ClassNotFoundException {
        assertThat(Remedies.all(Where.HANDSHAKE).keySet())
                .containsExactlyInAnyOrderElementsOf(
                        names(Class.forName("org.sipoauth.registrar.transport.HandshakeFailure")));
    }

    @Test
    void knowsEveryFaultOfAMessage() throws ClassNotFoundException {
        assertThat(Remedies.all(Where.MESSAGE).keySet())
                .containsExactlyInAnyOrderElementsOf(names(Class.forName("org.sipoauth.registrar.sip.Parsed$Cause")));
    }

    @Test
    void saysWhatItMeansAndWhatToDoInWholeSentences() {
        for (Where where : Where.values()) {
            assertThat(Remedies.all(where).values())
                    .allSatisfy(remedy -> assertThat(Stream.of(remedy.meaning(), remedy.action()))
                            .allMatch(text -> text.matches("(?s)[A-Z].+\\.")));
        }
    }

    private static Set<String> names(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(constant -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
    }

    /** Those that hand out no token. */
    private static Set<String> refusedPresentations() {
        try {
            Class<?> outcomes = Class.forName(PRESENTATION + "$Outcome");
            var grants = outcomes.getDeclaredField("grants");
            grants.setAccessible(true);
            Set<String> refused = new TreeSet<>();
            for (Object outcome : outcomes.getEnumConstants()) {
                if (!grants.getBoolean(outcome)) {
                    refused.add(((Enum<?>) outcome).name().toLowerCase(Locale.ROOT));
                }
            }
            return refused;
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("what a refresh came to is no longer where it was", e);
        }
    }
}

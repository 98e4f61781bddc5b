package org.sipoauth.registrar.sip;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.sipoauth.registrar.TestTokens;
import org.sipoauth.registrar.bearer.BearerGate;
import org.sipoauth.registrar.bearer.HeaderPair;
import org.sipoauth.registrar.location.InMemoryLocation;
import org.sipoauth.registrar.register.Arrival;
import org.sipoauth.registrar.register.PeerLog;
import org.sipoauth.registrar.register.Refusal;
import org.sipoauth.registrar.register.RefusedRequest;
import org.sipoauth.registrar.register.Registrar;
import org.sipoauth.registrar.register.RegistrarPolicy;
import org.sipoauth.registrar.register.RegistrationEvents;
import org.sipoauth.registrar.register.ServedDomain;
import org.sipoauth.verifier.Expectations;
import org.sipoauth.verifier.TokenVerifier;
import org.sipoauth.verifier.keys.KeySource;
import org.sipoauth.verifier.sip.BearerChallenge;

/** A registrar of {@code example.com} and {@code [2001:db8::10]} without bindings; a fault of its own fails the test. */
final class TestRegistrar implements RegistrationEvents {
    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    static final ServedDomain DOMAIN = new ServedDomain("example.com", Set.of("[2001:db8::10]"));

    private static final Arrival ARRIVAL = new Arrival(
            Arrival.Port.OAUTH,
            true,
            new InetSocketAddress("192.0.2.4", 40000),
            Optional.empty(),
            Optional.empty(),
            "1");
    private static final BearerGate GATE = gate();

    private Optional<Refusal> refusal = Optional.empty();

    private TestRegistrar() {}

    private static BearerGate gate() {
        KeySource keys = KeySource.fixed(TestTokens.jwkSet());
        TokenVerifier verifier = TokenVerifier.builder(
                        new Expectations(TestTokens.ISSUER, TestTokens.AUDIENCE, Duration.ZERO), keys)
                .clock(() -> NOW)
                .build();
        return new BearerGate(
                verifier,
                keys,
                HeaderPair.PROXY,
                BearerChallenge.ofRealm("ccmsipline").withAuthzServer(TestTokens.ISSUER));
    }

    /** Empty for an ACK. */
    static Optional<SipResponse> answer(SipRequest request) {
        RegistrarPolicy policy = new RegistrarPolicy(
                () -> true, Set.of(), "node1", Duration.ofMinutes(2), Duration.ofSeconds(10), 3, Duration.ofMinutes(5));
        TestRegistrar events = new TestRegistrar();
        Registrar registrar = new Registrar(
                policy,
                DOMAIN,
                GATE,
                new InMemoryLocation(3),
                login -> false,
                Optional::empty,
                events,
                () -> NOW,
                new PeerLog());
        Optional<SipResponse> response = registrar
                .answer(request, ARRIVAL)
                .toCompletableFuture()
                .join()
                .response()
                .map(answer -> answer.receivedFrom("192.0.2.4", 40000));
        assertThat(events.refusal).isNotEqualTo(Optional.of(Refusal.INTERNAL));
        return response;
    }

    @Override
    public void accepted() {}

    @Override
    public void challenged() {}

    @Override
    public void refused(RefusedRequest request) {
        refusal = Optional.of(request.refusal());
    }

    @Override
    public void revoked() {}
}

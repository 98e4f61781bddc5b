package org.sipoauth.cli.phone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sipoauth.cli.phone.TestRegistrar.granting;
import static org.sipoauth.cli.phone.TestRegistrar.proxyChallenge;
import static org.sipoauth.cli.phone.TestRegistrar.status;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.cli.TestPki;
import org.sipoauth.cli.http.Trust;
import org.sipoauth.cli.phone.RegisterDialogue.Outcome;
import org.sipoauth.registrar.sip.Contact;
import org.sipoauth.registrar.sip.SipRequest;
import org.sipoauth.registrar.sip.SipUri;

class RegistrationTest {
    private static final String TOKEN = "header.claims.signature-long-enough-to-be-a-secret/+=";

    @TempDir
    private Path folder;

    private final StringWriter traced = new StringWriter();
    private TestPki pki;
    private TestRegistrar registrar;
    private SipConnection connection;
    private Registration registration;

    @BeforeEach
    void connect() throws IOException {
        pki = TestPki.in(folder);
        registrar = new TestRegistrar(pki.serverContext());
        connection = open(registrar, Optional.of(pki.authority()));
        registration = new Registration(connection, SipUri.parse("sip:1001@127.0.0.1"), "CSFALICE");
    }

    @AfterEach
    void disconnect() {
        connection.close();
        registrar.close();
    }

    @Test
    void sendsWhatTheIncumbentsSoftphoneSends() throws Exception {
        registration.register(TOKEN);

        SipRequest request = registrar.takeRequest();
        assertThat(request.startLine()).isEqualTo("REGISTER sip:127.0.0.1 SIP/2.0");
        assertThat(request.topVia().transport()).isEqualTo("TLS");
        assertThat(request.from().uri()).isEqualTo("sip:1001@127.0.0.1");
        assertThat(request.to().uri()).isEqualTo("sip:1001@127.0.0.1");
        assertThat(request.expiresSeconds()).contains(3600L);
        assertThat(request.headers().first("Reason")).contains("SIP;cause=200;text=\"cisco-alarm:111 Name=CSFALICE\"");
        Contact contact = request.contacts().get(0);
        assertThat(contact.deviceName()).contains("CSFALICE");
        assertThat(contact.instance().orElseThrow()).startsWith("urn:uuid:");
        assertThat(contact.parameters().value("+u.sip!model.ccm.cisco.com")).contains("503");
        assertThat(contact.parameters().has("video")).isTrue();
    }

    @Test
    void keepsTheTokenToItselfUntilAsked() throws Exception {
        registrar.next(proxyChallenge());

        assertThat(registration.register(TOKEN)).isInstanceOf(Outcome.Registered.class);

        SipRequest first = registrar.takeRequest();
        SipRequest second = registrar.takeRequest();
        assertThat(first.headers().has("Proxy-Authorization")).isFalse();
        assertThat(first.headers().has("Authorization")).isFalse();
        assertThat(second.headers().first("Proxy-Authorization")).contains("Bearer token=\"" + TOKEN + "\"");
        assertThat(second.callId()).isEqualTo(first.callId());
        assertThat(second.cseq().number()).isEqualTo(first.cseq().number() + 1);
        assertThat(second.topVia().branch()).isNotEqualTo(first.topVia().branch());
    }

    @Test
    void answersTheRegistrarsOwnChallengeInTheOpenStandardsForm() throws Exception {
        registrar.next(status(
                401,
                "Unauthorized",
                "WWW-Authenticate",
                "Bearer authz_server=\"https://as.example.com\", scope=\"x\""));

        assertThat(registration.register(TOKEN)).isInstanceOf(Outcome.Registered.class);

        registrar.takeRequest();
        assertThat(registrar.takeRequest().headers().first("Authorization")).contains("Bearer " + TOKEN);
    }

    @Test
    void registersAgainWithTheTokenAtOnce() throws Exception {
        registrar.next(proxyChallenge());
        registration.register(TOKEN);
        registrar.takeRequest();
        registrar.takeRequest();

        registration.register(TOKEN);

        assertThat(registrar.takeRequest().headers().has("Proxy-Authorization")).isTrue();
        assertThat(registrar.hasRequest()).isFalse();
    }

    @Test
    void saysThatTheTokenIsNotTaken() throws Exception {
        String challenge = "Bearer realm=\"ccmsipline\", error=\"invalid_token\"";
        registrar.next(proxyChallenge(), status(407, "Proxy Authentication Required", "Proxy-Authenticate", challenge));

        assertThat(registration.register(TOKEN)).isEqualTo(new Outcome.TokenRejected("invalid_token"));
        assertThat(registration.isRegistered()).isFalse();
    }

    @Test
    void givesUpOnARegistrarThatAsksInTurns() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        registrar.otherwise(request -> (asked.getAndIncrement() % 2 == 0
                        ? proxyChallenge()
                        : status(401, "Unauthorized", "WWW-Authenticate", "Bearer realm=\"x\""))
                .apply(request));

        assertThat(registration.register(TOKEN)).isInstanceOf(Outcome.Refused.class);
    }

    @Test
    void doesNotAnswerADigestChallenge() throws Exception {
        registrar.next(status(401, "Unauthorized", "WWW-Authenticate", "Digest realm=\"x\", nonce=\"y\""));

        assertThat(registration.register(TOKEN))
                .isEqualTo(new Outcome.Refused(
                        401,
                        "Unauthorized",
                        Optional.empty(),
                        Optional.of("it asks for credentials other than a Bearer token")));
    }

    @Test
    void passesOnRetryAfterAndWarning() throws Exception {
        String warning = "399 node1 \"SIP OAuth Registration port Mismatch\"";
        registrar.next(status(403, "Forbidden", "Retry-After", "35 (later);duration=3", "Warning", warning));

        assertThat(registration.register(TOKEN))
                .isEqualTo(new Outcome.Refused(
                        403, "Forbidden", Optional.of(Duration.ofSeconds(35)), Optional.of(warning)));
    }

    @Test
    void asksForLongerIfItWasTooBrief() throws Exception {
        registrar.next(status(423, "Interval Too Brief", "Min-Expires", "7200"));

        registration.register(TOKEN);

        registrar.takeRequest();
        assertThat(registrar.takeRequest().expiresSeconds()).contains(7200L);
    }

    @Test
    void doesWithoutOutboundBehindAnEdgeThatLacksIt() throws Exception {
        registrar.next(status(439, "First Hop Lacks Outbound Support"));

        registration.register(TOKEN);

        assertThat(registrar.takeRequest().contacts().get(0).regId()).contains("1");
        SipRequest second = registrar.takeRequest();
        assertThat(second.contacts().get(0).regId()).isEmpty();
        assertThat(second.headers().first("Supported")).contains("path");
    }

    @Test
    void takesTheTimeGrantedToItsOwnBinding() throws Exception {
        String other = "<sip:other@192.0.2.9>;+sip.instance=\"<urn:uuid:1>\";expires=3000";
        registrar.next(granting(90, "Contact", other, "Flow-Timer", "25"));

        Outcome outcome = registration.register(TOKEN);

        assertThat(outcome).isInstanceOf(Outcome.Registered.class);
        Outcome.Registered registered = (Outcome.Registered) outcome;
        assertThat(registered.granted()).isEqualTo(Duration.ofSeconds(90));
        assertThat(registered.bindings()).hasSize(2);
        assertThat(registered.flowTimer()).contains(Duration.ofSeconds(25));
    }

    @Test
    void takesTheBindingBack() throws Exception {
        registration.register(TOKEN);
        registrar.takeRequest();

        assertThat(registration.unregister(TOKEN, Duration.ofSeconds(20))).isTrue();

        assertThat(registrar.takeRequest().expiresSeconds()).contains(0L);
        assertThat(registration.isRegistered()).isFalse();
    }

    @Test
    void tracesTheDialogueWithTheTokenShortened() throws Exception {
        registrar.next(proxyChallenge());

        registration.register(TOKEN);

        assertThat(traced.toString())
                .contains("--> REGISTER sip:127.0.0.1 SIP/2.0", "<-- SIP/2.0 407", "Proxy-Authorization: Bearer token=")
                .doesNotContain(TOKEN)
                .doesNotContain(TOKEN.substring(10));
    }

    @Test
    void refusesAServerWhoseCertificateIsForAnotherHost() {
        try (TestRegistrar edge = new TestRegistrar(pki.serverContext("edge"))) {
            assertThatThrownBy(() -> open(edge, Optional.of(pki.authority())))
                    .isInstanceOf(SSLHandshakeException.class);
        }
    }

    @Test
    void refusesAServerOfAnAuthorityItDoesNotTrust() {
        assertThatThrownBy(() -> open(registrar, Optional.empty())).isInstanceOf(SSLHandshakeException.class);
    }

    private SipConnection open(TestRegistrar server, Optional<Path> authority) throws IOException {
        Trace trace = new Trace(new PrintWriter(traced, true), true);
        return SipConnection.open(Trust.context(authority), "127.0.0.1", server.port(), trace);
    }
}

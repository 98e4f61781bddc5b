package org.sipoauth.cli.phone;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.sipoauth.registrar.sip.Contact;
import org.sipoauth.registrar.sip.Headers;
import org.sipoauth.registrar.sip.NameAddr;
import org.sipoauth.registrar.sip.Parameters;
import org.sipoauth.registrar.sip.SipRequest;
import org.sipoauth.registrar.sip.SipResponse;
import org.sipoauth.registrar.sip.SipUri;
import org.sipoauth.registrar.sip.Via;
import org.sipoauth.verifier.sip.BearerChallenge;
import org.sipoauth.verifier.sip.BearerCredentials;
import org.sipoauth.verifier.sip.BearerCredentials.Dialect;

/**
 * What a phone says to register one address-of-record over one connection (RFC 3261 §10.2), with the headers the
 * incumbent's softphone sends. The first REGISTER carries no token; the challenge tells in which header, and so in which
 * dialect, the registrar wants it, and later ones carry it at once.
 *
 * <p>Sends nothing itself: whoever holds the connection sends what {@link #request} gives and shows it the answer. One
 * thread at a time.
 */
final class RegisterDialogue {
    /** How a REGISTER ended. */
    sealed interface Outcome {
        /**
         * @param granted how long the registrar keeps the binding
         * @param bindings all that the registrar has for the address-of-record
         * @param flowTimer how often it wants a sign of life (RFC 5626 §4.4.1)
         */
        record Registered(Duration granted, List<Contact> bindings, Optional<Duration> flowTimer) implements Outcome {}

        /** The registrar does not take this token. */
        record TokenRejected(String reason) implements Outcome {}

        /** @param warning the text of the Warning header, which says more than the status */
        record Refused(int status, String reason, Optional<Duration> retryAfter, Optional<String> warning)
                implements Outcome {}
    }

    private enum Challenger {
        PROXY("Proxy-Authenticate", "Proxy-Authorization", Dialect.TOKEN_PARAMETER),
        REGISTRAR("WWW-Authenticate", "Authorization", Dialect.TOKEN68);

        private final String challenge;
        private final String credentials;
        private final Dialect dialect;

        Challenger(String challenge, String credentials, Dialect dialect) {
            this.challenge = challenge;
            this.credentials = credentials;
            this.dialect = dialect;
        }

        static Challenger of(SipResponse response) {
            return response.status() == 407 ? PROXY : REGISTRAR;
        }
    }

    private static final String MAGIC_COOKIE = "z9hG4bK"; // RFC 3261 §8.1.1.7
    private static final String MODEL = "+u.sip!model.ccm.cisco.com";
    private static final String MODEL_SOFTPHONE = "503";
    private static final long WANTED_SECONDS = 3600;
    private static final int MOST_ROUNDS = 5;

    private final String localHost;
    private final int localPort;
    private final String aor;
    private final String requestUri;
    private final String device;
    private final String callId;
    private final String fromTag = newTag();
    private final UUID instance;

    private long cseq;
    private long expiresSeconds = WANTED_SECONDS;
    private boolean outbound = true;
    private int rounds;
    private Optional<Challenger> challenger = Optional.empty();
    private Optional<Challenger> answered = Optional.empty();

    /**
     * @param localHost the connection's own address as SIP writes it: an IPv6 address in brackets
     * @param localPort its own port
     */
    RegisterDialogue(String localHost, int localPort, SipUri aor, String device) {
        this.localHost = localHost;
        this.localPort = localPort;
        this.aor = aor.toString();
        this.requestUri = (aor.isSecure() ? "sips:" : "sip:") + aor.host();
        this.device = device;
        this.callId = UUID.randomUUID() + "@" + localHost;
        this.instance = UUID.nameUUIDFromBytes(("sipoauth phone " + device).getBytes(StandardCharsets.UTF_8));
    }

    /** The next REGISTER. */
    SipRequest request(String token) {
        answered = challenger;
        return request(token, expiresSeconds);
    }

    /** The REGISTER that takes the binding back. */
    SipRequest removal(String token) {
        return request(token, 0);
    }

    /** What a final answer to {@link #request} means; empty: send the next request at once. */
    Optional<Outcome> take(SipResponse response) {
        Optional<Outcome> outcome = outcome(response);
        rounds = outcome.isPresent() ? 0 : rounds + 1;
        if (rounds == MOST_ROUNDS) {
            rounds = 0;
            return Optional.of(new Outcome.Refused(
                    482,
                    "Loop Detected",
                    Optional.empty(),
                    Optional.of("it asks for one thing after the other, in circles")));
        }
        return outcome;
    }

    private Optional<Outcome> outcome(SipResponse response) {
        switch (response.status()) {
            case 200 -> {
                return Optional.of(registered(response));
            }
            case 401, 407 -> {
                Optional<BearerChallenge> challenge = challenge(response);
                if (challenge.isEmpty()) {
                    return Optional.of(
                            refused(response, Optional.of("it asks for credentials other than a Bearer token")));
                }
                challenger = Optional.of(Challenger.of(response));
                return answered.equals(challenger)
                        ? Optional.of(new Outcome.TokenRejected(
                                challenge.get().error().orElse("no reason given")))
                        : Optional.empty();
            }
            case 423 -> expiresSeconds = atLeast(response);
            case 439 -> outbound = false; // an edge in between does not know outbound: RFC 5626 §4.2.1
            default -> {
                return Optional.of(refused(response, warning(response)));
            }
        }
        return Optional.empty();
    }

    private SipRequest request(String token, long expires) {
        Via via = Via.of("TLS", localHost, localPort, MAGIC_COOKIE + newTag());
        Headers headers = Headers.NONE
                .plus("Via", via.toString())
                .plus("From", NameAddr.of(aor).withTag(fromTag).toString())
                .plus("To", NameAddr.of(aor).toString())
                .plus("Call-ID", callId)
                .plus("CSeq", ++cseq + " REGISTER")
                .plus("Max-Forwards", "70")
                .plus("Contact", contact())
                .plus("Expires", Long.toString(expires))
                .plus("Supported", outbound ? "path,outbound" : "path")
                .plus("User-Agent", "sipoauth-phone")
                .plus("Reason", "SIP;cause=200;text=\"cisco-alarm:111 Name=" + device + "\"");
        if (challenger.isPresent()) {
            Challenger asking = challenger.get();
            headers = headers.plus(
                    asking.credentials,
                    BearerCredentials.of(token, asking.dialect).headerValue());
        }
        return SipRequest.of("REGISTER", requestUri, headers);
    }

    private String contact() {
        String local = localHost + ":" + localPort;
        NameAddr address = NameAddr.of("sip:" + instance + "@" + local + ";transport=tls");
        Parameters parameters = address.parameters()
                .withQuoted(Contact.INSTANCE, "<" + instanceUrn() + ">")
                .withQuoted(Contact.DEVICE_NAME, device)
                .withQuoted(MODEL, MODEL_SOFTPHONE)
                .withFlag("video");
        return address.with(outbound ? parameters.with(Contact.REG_ID, "1") : parameters)
                .toString();
    }

    private String instanceUrn() {
        return "urn:uuid:" + instance;
    }

    private Outcome registered(SipResponse response) {
        long seconds = response.contacts().stream()
                .filter(binding -> binding.instance().equals(Optional.of(instanceUrn())))
                .flatMapToLong(binding -> binding.expiresSeconds().stream())
                .max()
                .orElse(response.expiresSeconds().orElse(expiresSeconds));
        return new Outcome.Registered(
                Duration.ofSeconds(Math.max(1, seconds)), response.contacts(), seconds(response, "Flow-Timer"));
    }

    private static Optional<BearerChallenge> challenge(SipResponse response) {
        return response.headers().all(Challenger.of(response).challenge).stream()
                .flatMap(value -> BearerChallenge.parse(value).stream())
                .findFirst();
    }

    private static Outcome refused(SipResponse response, Optional<String> warning) {
        return new Outcome.Refused(response.status(), response.reason(), seconds(response, "Retry-After"), warning);
    }

    private static Optional<String> warning(SipResponse response) {
        return response.headers().first("Warning");
    }

    private long atLeast(SipResponse response) {
        return Math.max(
                expiresSeconds,
                seconds(response, "Min-Expires").map(Duration::toSeconds).orElse(WANTED_SECONDS));
    }

    /** The number of seconds that a header begins with, such as {@code Retry-After: 35}. */
    private static Optional<Duration> seconds(SipResponse response, String header) {
        return response.headers()
                .first(header)
                .map(value -> value.replaceFirst("\\D.*", ""))
                .filter(digits -> !digits.isEmpty() && digits.length() < 10)
                .map(digits -> Duration.ofSeconds(Long.parseLong(digits)));
    }

    static String newTag() {
        byte[] bytes = new byte[8];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}

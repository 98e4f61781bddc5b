package org.sipoauth.registrar.register;

import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.sipoauth.registrar.bearer.BearerGate;
import org.sipoauth.registrar.bearer.BearerGate.Outcome;
import org.sipoauth.registrar.location.Binding;
import org.sipoauth.registrar.location.Location;
import org.sipoauth.registrar.location.LocationAwayException;
import org.sipoauth.registrar.location.LocationFullException;
import org.sipoauth.registrar.sip.Contact;
import org.sipoauth.registrar.sip.Headers.Header;
import org.sipoauth.registrar.sip.SipRequest;
import org.sipoauth.registrar.sip.SipResponse;
import org.sipoauth.registrar.sip.SipUri;
import org.sipoauth.verifier.AccessToken;
import org.sipoauth.verifier.status.StatusReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers requests: registers phones that hold an access token for their address-of-record, and nothing else. Does no I/O
 * but what the {@link Location} does. Thread-safe.
 */
public final class Registrar {
    /** The scope that allows registering. */
    public static final String SCOPE = "sip.register";

    private static final Logger LOG = LoggerFactory.getLogger(Registrar.class);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String METHODS = "REGISTER, OPTIONS";
    /** Of the IANA registry: what we know and do not do is answered 405, what nobody knows 501 (RFC 3261 §8.2.1). */
    private static final Set<String> OTHER_METHODS =
            Set.of("INVITE", "BYE", "INFO", "MESSAGE", "NOTIFY", "PRACK", "PUBLISH", "REFER", "SUBSCRIBE", "UPDATE");

    private static final String PATH = "path";
    private static final String EXTENSIONS = PATH + ", " + Outbound.OPTION;
    private static final String INTERNAL_ERROR = "Server Internal Error";
    private static final Header COME_AGAIN = new Header("Retry-After", "5");
    private static final String MISMATCH_RETRY_SECONDS = "35";

    /** Each look goes through all bindings, and fails for all that cannot be removed. */
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final RegistrarPolicy policy;
    private final ServedDomain domain;
    private final BearerGate gate;
    private final Location location;
    private final Predicate<StatusReference> revoked;
    private final Supplier<Optional<String>> trouble;
    private final RegistrationEvents events;
    private final InstantSource clock;
    private final PeerLog log;
    private final SipDate date = new SipDate();
    private volatile Optional<Left> revokedLeft = Optional.empty();

    /**
     * @param revoked whether a login is known to be revoked, asked anew each time
     * @param trouble of the node's own that keeps phones with good tokens from registering now, for our log
     */
    public Registrar(
            RegistrarPolicy policy,
            ServedDomain domain,
            BearerGate gate,
            Location location,
            Predicate<StatusReference> revoked,
            Supplier<Optional<String>> trouble,
            RegistrationEvents events,
            InstantSource clock,
            PeerLog log) {
        this.policy = policy;
        this.domain = domain;
        this.gate = gate;
        this.location = location;
        this.revoked = revoked;
        this.trouble = trouble;
        this.events = events;
        this.clock = clock;
        this.log = log;
    }

    /** Bindings of revoked logins that were not removed, and how long to leave it at that. */
    private record Left(Instant since, Duration pause) {
        boolean isDue(Instant now) {
            Duration passed = Duration.between(since, now).abs(); // whichever way the clock was set meanwhile
            return passed.compareTo(pause) >= 0;
        }

        Duration twice() {
            Duration longer = pause.multipliedBy(2);
            return longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
        }
    }

    /** A fresh tag for the To of an answer. */
    public static String newTag() {
        byte[] random = new byte[8];
        RANDOM.nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /** Ends at once the bindings that rest on revoked logins; no token can bring one back. May wait for the location. */
    public void endRevoked() {
        endRevoked(SHORTEST_PAUSE);
    }

    /** @param pause before the next time, if nothing can be removed */
    private void endRevoked(Duration pause) {
        List<Binding> ended = location.remove(this::isRevoked, clock.instant());
        for (Binding binding : ended) {
            events.revoked();
            LOG.info(
                    "ended {} of {}, device {}: its login was revoked",
                    RefusedRequest.printable(binding.contact().uri()),
                    binding.addressOfRecord(),
                    RefusedRequest.printable(binding.deviceName().orElse("-")));
        }
        if (location.all(clock.instant()).stream().anyMatch(this::isRevoked)) {
            revokedLeft = Optional.of(new Left(clock.instant(), ended.isEmpty() ? pause : SHORTEST_PAUSE));
        }
    }

    /**
     * Tries again what {@link #endRevoked} could not, once the location is there; ever less often while it removes nothing. For
     * every second; may wait for it, too.
     */
    public void endRevokedLeft() {
        Optional<Left> due = revokedLeft.filter(left -> left.isDue(clock.instant()));
        if (due.isPresent() && location.isUsable()) {
            revokedLeft = Optional.empty(); // before the look that finds out
            endRevoked(due.get().twice());
        }
    }

    private boolean isRevoked(Binding binding) {
        return binding.status().filter(revoked).isPresent();
    }

    /**
     * Never throws nor fails on any request. Complete at once but for what waits for the location. The top Via of the
     * response is still without {@code received}.
     */
    public CompletionStage<Answer> answer(SipRequest request, Arrival arrival) {
        if (request.method().equals("ACK")) {
            return CompletableFuture.completedFuture(Answer.NONE);
        }
        try {
            return granted(request, arrival)
                    .exceptionally(failure -> refusal(request, arrival, refused(request, failure)));
        } catch (RuntimeException failure) {
            return CompletableFuture.completedFuture(refusal(request, arrival, refused(request, failure)));
        }
    }

    private static Refused refused(SipRequest request, Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof Refused refused) {
            return refused;
        }
        if (cause instanceof LocationFullException) {
            return later(Refusal.LOCATION_FULL, String.valueOf(cause.getMessage()));
        }
        if (cause instanceof LocationAwayException) {
            return later(Refusal.LOCATION_AWAY, String.valueOf(cause.getMessage()));
        }
        LOG.error("cannot answer a {}", RefusedRequest.printable(request.method()), cause);
        return new Refused(Refusal.INTERNAL, 500, INTERNAL_ERROR, "our own fault, see above");
    }

    private CompletionStage<Answer> granted(SipRequest request, Arrival arrival) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS); // as bindings end, so that 120 seconds are 120
        requireOAuthMode(request, arrival);
        requireKnownMethod(request); // RFC 3261 §8.2.1
        requireServedUri(request); // §10.3 step 1
        requireKnownExtensions(request); // step 2
        if (request.method().equals("OPTIONS")) {
            return CompletableFuture.completedFuture(Answer.unregistered(readiness(request)));
        }
        AccessToken token = authenticate(request, now); // step 3
        String addressOfRecord = requireAddressOfRecord(request); // step 5, without which step 4 has nothing to ask
        requireAuthorized(request, arrival, token, addressOfRecord); // step 4
        Outbound outbound = new Outbound(request); // RFC 5626 §6
        Optional<String> flow =
                outbound.endsHere() ? Optional.of(policy.nodeName() + "/" + arrival.connection()) : Optional.empty();
        BindingUpdate update =
                new BindingUpdate(request, outbound.contacts(), addressOfRecord, flow, token, policy, now);
        return location.update(addressOfRecord, now, held -> update.apply(unrevoked(held)))
                .thenApply(bindings -> {
                    SipResponse success = success(request, outbound, bindings, now); // step 8
                    events.accepted();
                    return new Answer(Optional.of(success), true, token.status());
                });
    }

    /** Another registrar's binding may have outlived its login until now, if that registrar has gone. */
    private List<Binding> unrevoked(List<Binding> held) {
        return held.stream().filter(binding -> !isRevoked(binding)).toList();
    }

    /** The three situations in which a phone is told that this is not its port. */
    private void requireOAuthMode(SipRequest request, Arrival arrival) {
        if (!arrival.encrypted()) {
            throw mismatch(Refusal.NOT_TLS, "the OAuth ports speak TLS alone");
        }
        if (!policy.oauthMode().getAsBoolean()) {
            throw mismatch(Refusal.MODE_DISABLED, "SIP OAuth mode is disabled");
        }
        if (arrival.port() == Arrival.Port.MRA && arrival.edge().isEmpty()) {
            throw mismatch(Refusal.MRA_WITHOUT_EDGE, "no client certificate on the mutual-TLS port");
        }
        for (Contact contact : request.contacts()) {
            contact.deviceName().ifPresent(this::requireOAuthDevice);
        }
    }

    private void requireOAuthDevice(String deviceName) {
        if (policy.devicesWithoutOAuth().contains(deviceName)) {
            throw mismatch(Refusal.DEVICE_OAUTH_DISABLED, "the profile of device " + deviceName + " lacks OAuth");
        }
    }

    private Refused mismatch(Refusal cause, String detail) {
        return new Refused(
                cause,
                403,
                "Forbidden",
                detail,
                new Header("Retry-After", MISMATCH_RETRY_SECONDS),
                new Header("Warning", "399 " + policy.nodeName() + " \"SIP OAuth Registration port Mismatch\""));
    }

    private void requireServedUri(SipRequest request) {
        SipUri uri = request.sipUri()
                .orElseThrow(() -> new Refused(
                        Refusal.URI_SCHEME, 416, "Unsupported URI Scheme", "Request-URI is neither sip nor sips"));
        if (!domain.serves(uri)) {
            if (request.maxForwards() == 0) { // one that goes round in circles; we forward none
                throw new Refused(Refusal.TOO_MANY_HOPS, 483, "Too Many Hops", "Request-URI names host " + uri.host());
            }
            throw new Refused(Refusal.DOMAIN, 404, "Not Found", "Request-URI names host " + uri.host());
        }
    }

    private static void requireKnownMethod(SipRequest request) {
        String method = request.method();
        if (method.equals("CANCEL")) { // only an INVITE is for cancelling, and there is none: §9.1, §9.2
            throw new Refused(Refusal.NO_TRANSACTION, 481, "Call/Transaction Does Not Exist", method);
        }
        if (!method.equals("REGISTER") && !method.equals("OPTIONS")) {
            boolean known = OTHER_METHODS.contains(method);
            throw new Refused(
                    Refusal.METHOD,
                    known ? 405 : 501,
                    known ? "Method Not Allowed" : "Not Implemented",
                    method,
                    new Header("Allow", METHODS));
        }
    }

    private static void requireKnownExtensions(SipRequest request) {
        List<String> unknown = request.headers().elements("Require").stream()
                .filter(option -> !option.equalsIgnoreCase(PATH) && !option.equalsIgnoreCase(Outbound.OPTION))
                .toList();
        if (!unknown.isEmpty()) {
            String options = String.join(", ", unknown);
            throw new Refused(Refusal.EXTENSION, 420, "Bad Extension", options, new Header("Unsupported", options));
        }
    }

    private AccessToken authenticate(SipRequest request, Instant now) {
        Outcome outcome = gate.check(request.headers(), now);
        if (outcome instanceof Outcome.Verified verified) {
            return verified.token();
        }
        if (outcome instanceof Outcome.Undecided undecided) {
            throw later(
                    Refusal.of(undecided.refused().reason()),
                    undecided.refused().detail());
        }
        Outcome.Challenged asked = (Outcome.Challenged) outcome;
        throw new Refused(
                asked.refused().map(rejected -> Refusal.of(rejected.reason())).orElse(Refusal.CHALLENGED),
                asked.pair().status(),
                asked.pair().reason(),
                asked.refused().map(rejected -> rejected.detail()).orElse("no Bearer credentials"),
                new Header(asked.pair().challengeHeader(), asked.challenge().headerValue()));
    }

    /** Not 503, at which an edge would shun this node. */
    private static Refused later(Refusal cause, String detail) {
        return new Refused(cause, 500, INTERNAL_ERROR, detail, COME_AGAIN);
    }

    private String requireAddressOfRecord(SipRequest request) {
        return request.to()
                .sipUri()
                .flatMap(domain::addressOfRecord)
                .orElseThrow(() -> new Refused(Refusal.DOMAIN, 404, "Not Found", "To is no address-of-record of ours"));
    }

    private void requireAuthorized(SipRequest request, Arrival arrival, AccessToken token, String addressOfRecord) {
        if (!token.hasScope(SCOPE)) {
            throw Refused.forbidden(Refusal.SCOPE, "token lacks scope " + SCOPE);
        }
        if (!request.from().sipUri().flatMap(domain::addressOfRecord).equals(Optional.of(addressOfRecord))) {
            throw Refused.forbidden(Refusal.THIRD_PARTY, "From is not To");
        }
        if (!token.mayRegister(addressOfRecord)) {
            throw Refused.forbidden(Refusal.ADDRESS_OF_RECORD, "token is for other addresses-of-record");
        }
        for (Contact contact : request.contacts()) {
            if (contact.deviceName().isPresent()
                    && !token.isForDevice(contact.deviceName().get())) {
                throw Refused.forbidden(
                        Refusal.DEVICE,
                        "token is for device " + token.deviceName().orElse("(none)"));
            }
        }
        token.deviceName().ifPresent(this::requireOAuthDevice);
        if (token.certificateThumbprint().isPresent()) {
            requireCertificate(request, arrival, token);
        }
    }

    /** RFC 8705 §3; behind an edge that is believed, by the certificate that it says the phone has shown it. */
    private static void requireCertificate(SipRequest request, Arrival arrival, AccessToken token) {
        boolean forwarded = arrival.edge().map(Arrival.Edge::believed).orElse(false);
        Optional<X509Certificate> shown = forwarded ? ClientCert.in(request.headers()) : arrival.phoneCertificate();
        if (token.fitsConnection(shown)) {
            return;
        }
        String showed = (forwarded ? "its edge forwarded " : "the connection showed ")
                + (shown.isPresent() ? "another certificate" : "no certificate of a phone");
        boolean unheard = arrival.edge().isPresent() && !forwarded && ClientCert.isIn(request.headers());
        throw Refused.forbidden(
                Refusal.CERTIFICATE_BINDING,
                "token is bound to a certificate; " + showed
                        + (unheard ? ", and edges.phone-certificates does not name its edge, which forwards one" : ""));
    }

    private SipResponse success(SipRequest request, Outbound outbound, List<Binding> bindings, Instant now) {
        List<Header> headers = new ArrayList<>();
        headers.add(new Header("Date", date.of(now)));
        OptionalLong granted = bindings.stream()
                .filter(binding -> outbound.contacts().stream().anyMatch(binding::isReplacedBy))
                .mapToLong(binding -> binding.remainingSeconds(now))
                .min();
        granted.ifPresent(seconds -> headers.add(new Header("Expires", Long.toString(seconds))));
        for (Binding binding : bindings) {
            Contact contact = binding.contact().withExpires(binding.remainingSeconds(now));
            headers.add(new Header("Contact", contact.toString()));
        }
        if (outbound.isUsed()) {
            headers.add(new Header("Require", Outbound.OPTION));
            if (outbound.endsHere()) {
                headers.add(new Header(
                        "Flow-Timer", Long.toString(policy.flowTimer().toSeconds())));
            }
        }
        if (request.hasOption("Supported", PATH)) {
            for (String hop : request.headers().elements("Path")) {
                headers.add(new Header("Path", hop)); // RFC 3327 §5.3
            }
        }
        return ok(request).with(headers);
    }

    /**
     * What a REGISTER would get now, as RFC 3261 §11.2 has it for INVITE. Who pings by OPTIONS to choose a node takes any failure
     * for one (Kamailio's dispatcher all but 2xx); a 503 would ask proxies that do not to keep REGISTERs away, too (§21.5.4).
     * No event: a ping every few seconds would bury the phones that are refused meanwhile.
     */
    private SipResponse readiness(SipRequest request) {
        Optional<String> now = trouble.get();
        if (now.isEmpty()) {
            return capabilities(request);
        }
        LOG.debug("told who asked by OPTIONS that phones cannot register: {}", now.get());
        return SipResponse.answering(request, 500, INTERNAL_ERROR, newTag()).with(List.of(COME_AGAIN));
    }

    private static SipResponse capabilities(SipRequest request) {
        return ok(request) // RFC 3261 §11.2; bodies of any type are taken, and not read
                .with(List.of(
                        new Header("Allow", METHODS),
                        new Header("Accept", "*/*"),
                        new Header("Accept-Encoding", "identity"),
                        new Header("Accept-Language", "en"),
                        new Header("Supported", EXTENSIONS)));
    }

    private static SipResponse ok(SipRequest request) {
        return SipResponse.answering(request, 200, "OK", newTag());
    }

    private Answer refusal(SipRequest request, Arrival arrival, Refused refused) {
        if (refused.refusal() == Refusal.CHALLENGED) {
            events.challenged();
        } else {
            RefusedRequest told = RefusedRequest.of(clock.instant(), refused, request, arrival);
            events.refused(told);
            if (log.takes(told)) {
                LOG.info("{}", told);
            }
        }
        SipResponse response = SipResponse.answering(request, refused.status(), refused.phrase(), newTag())
                .with(refused.headers());
        return Answer.unregistered(response);
    }
}

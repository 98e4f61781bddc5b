package org.sipoauth.authz.refresh;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.audit.Concerned;
import org.sipoauth.authz.audit.Refusal;
import org.sipoauth.authz.dpop.DpopProofs;
import org.sipoauth.authz.grant.GrantRefused;
import org.sipoauth.authz.manufacturer.PhoneCertificates;
import org.sipoauth.authz.redis.Round;
import org.sipoauth.authz.refresh.Presentation.Outcome;
import org.sipoauth.authz.signing.CurrentKeyRing;
import org.sipoauth.authz.status.StatusListName;
import org.sipoauth.authz.token.AccessTokens;
import org.sipoauth.authz.token.AccessTokens.Holder;
import org.sipoauth.authz.token.AccessTokens.LoginReference;
import org.sipoauth.authz.token.Confirmation;
import org.sipoauth.keys.KeyState;
import org.sipoauth.keys.KeyUse;
import org.sipoauth.keys.RingKey;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AccessTokenAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2RefreshTokenAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

/**
 * The refresh grant (RFC 6749 §6), from a request whose client is known to a new pair of tokens.
 *
 * <p>All that can refuse it comes before the generation is presented, so that only a request that is granted moves the
 * family; what the presentation means is decided in {@code present.lua}. A request whose answer is lost on the way, here
 * or on the network, is made again with the same token and gets the same refresh token.
 *
 * <p>A login that is bound to a certificate is refreshed by who shows that certificate, and while its manufacturer is
 * trusted (RFC 8705 §4).
 * <p>A login that a public client began with a proof of possession is renewed with the same proof only (RFC 9449 §5).
 */
final class RefreshGrant implements AuthenticationProvider {
    private static final String UNKNOWN = "unknown";

    private final FamilyStore store;
    private final Families families;
    private final CurrentKeyRing ring;
    private final AccessTokens accessTokens;
    private final DpopProofs proofs;
    private final RevokedClients revokedClients;
    private final PhoneCertificates certificates;
    private final Clock clock;
    private final Audit audit;
    private final MeterRegistry meters;

    RefreshGrant(
            FamilyStore store,
            Families families,
            CurrentKeyRing ring,
            AccessTokens accessTokens,
            DpopProofs proofs,
            RevokedClients revokedClients,
            PhoneCertificates certificates,
            Clock clock,
            Audit audit,
            MeterRegistry meters) {
        this.store = store;
        this.families = families;
        this.ring = ring;
        this.accessTokens = accessTokens;
        this.proofs = proofs;
        this.revokedClients = revokedClients;
        this.certificates = certificates;
        this.clock = clock;
        this.audit = audit;
        this.meters = meters;
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return OAuth2RefreshTokenAuthenticationToken.class.isAssignableFrom(authentication);
    }

    @Override
    public Authentication authenticate(Authentication authentication) {
        var request = (OAuth2RefreshTokenAuthenticationToken) authentication;
        OAuth2ClientAuthenticationToken caller = requireClient(request);
        RegisteredClient client = Objects.requireNonNull(caller.getRegisteredClient());
        Instant now = clock.instant();

        requireGrantType(client); // RFC 6749 §5.2, unauthorized_client
        RefreshToken presented = parse(request.getRefreshToken());
        Round round = store.round();
        Supplier<Optional<StoredFamily>> found = store.find(presented.family(), round);
        Optional<Supplier<Optional<Holder>>> askedHolder = presented
                .holder()
                .map(named -> accessTokens.holder(named.user(), named.device(), round)); // believed once authentic
        StoredFamily stored = found.get()
                .orElseThrow(() ->
                        unknown(presented, askedHolder.flatMap(Supplier::get).isPresent()));
        Family family = stored.family();
        requireAuthentic(presented, family);
        requireSameClient(family, client); // RFC 6749 §10.4
        requireNotRevokedWithItsClient(family);
        requireBeforeEnd(family, now);
        Optional<Confirmation> proven = family.isBoundToCertificate()
                ? Optional.of(requireItsCertificate(family, caller)) // RFC 8705 §4
                : requireProven(family, client, proofs.of(request)); // RFC 9449 §5
        Set<String> scopes = narrow(family, client, request.getScopes()); // RFC 6749 §6
        Instant nextEnd = families.nextEnd(family, client, now);
        stored = inListOf(nextEnd, stored, presented, now);
        Holder holder = askedHolder
                .map(Supplier::get)
                .orElseGet(() -> accessTokens.holder(family.user(), family.device()))
                .orElseThrow(() -> notAllowed(family));
        OAuth2AccessToken accessToken = mint(client, stored, holder, proven, scopes);

        Presentation presentation = store.present(stored, presented.generation(), now, nextEnd);
        requireGranted(presentation, presented, family, now);

        record(presentation, presented, family);
        Instant end = presentation.movesTheEnd() ? nextEnd : family.end();
        families.repairIndex(family, presentation.generation(), now, end);
        return new OAuth2AccessTokenAuthenticationToken(
                client, caller, accessToken, families.token(family, presentation.generation(), now, end));
    }

    /** A browser that is signed in here comes authenticated, too, but as its user. */
    private static OAuth2ClientAuthenticationToken requireClient(OAuth2RefreshTokenAuthenticationToken request) {
        if (request.getPrincipal() instanceof OAuth2ClientAuthenticationToken client && client.isAuthenticated()) {
            return client;
        }
        throw new GrantRefused(OAuth2ErrorCodes.INVALID_CLIENT, "name the client", "no client authentication");
    }

    private void requireGrantType(RegisteredClient client) {
        if (!client.getAuthorizationGrantTypes().contains(AuthorizationGrantType.REFRESH_TOKEN)) {
            throw new GrantRefused(
                    OAuth2ErrorCodes.UNAUTHORIZED_CLIENT,
                    "this client may not refresh",
                    counted(
                            "unauthorized_client",
                            Concerned.client(client.getClientId()),
                            "refresh_token is not among the client's grant types"));
        }
    }

    private RefreshToken parse(String value) {
        return RefreshToken.parse(value)
                .orElseThrow(() -> refusal("malformed", Concerned.NOBODY, "not a refresh token of this server"));
    }

    private void requireAuthentic(RefreshToken presented, Family family) {
        RingKey key = ring.get()
                .find(presented.keyId())
                .filter(found -> found.use() == KeyUse.REFRESH_TOKEN_AUTHENTICATION)
                .orElseThrow(() -> refusal("forged", concerned(family), presented + ": no key of the ring made it"));
        if (key.state() == KeyState.REVOKED) {
            throw refusal("key_revoked", concerned(family), presented + ": its key " + key.id() + " is revoked");
        }
        if (key.state() == KeyState.PUBLISHED) {
            throw later(
                    "key_ahead",
                    family,
                    presented + ": another server uses the key " + key.id() + " already, this one not yet");
        }
        if (!presented.isAuthentic(key, family.secret())) {
            throw refusal("forged", concerned(family), presented + ": its tag is wrong");
        }
    }

    private void requireSameClient(Family family, RegisteredClient client) {
        if (!family.client().equals(client.getClientId())) {
            throw refusal(
                    "wrong_client",
                    concerned(family),
                    "family " + family.id() + " belongs to client " + family.client());
        }
    }

    private Confirmation requireItsCertificate(Family family, OAuth2ClientAuthenticationToken caller) {
        Optional<Confirmation> shown = PhoneCertificates.shownBy(caller).map(Confirmation::ofCertificate);
        if (!shown.map(Confirmation::abridged).equals(family.binding())) {
            throw new GrantRefused(
                    OAuth2ErrorCodes.INVALID_GRANT,
                    "this login is bound to a certificate: show it, at the mutual-TLS token endpoint",
                    counted(
                            shown.isPresent() ? "wrong_certificate" : "no_certificate",
                            concerned(family),
                            "shown: " + shown.map(Confirmation::thumbprint).orElse("none")));
        }
        PhoneCertificates.Judgement judgement = certificates.judge(caller);
        if (judgement instanceof PhoneCertificates.Judgement.NotTaken notTaken) {
            throw refusal("certificate_not_taken", concerned(family), notTaken.why());
        }
        if (judgement instanceof PhoneCertificates.Judgement.Undecided undecided) {
            throw GrantRefused.forMinutes(
                    "whether the certificate still holds cannot be told just now: come again later",
                    counted("certificate_undecided", concerned(family), undecided.why()));
        }
        return shown.orElseThrow();
    }

    /** The sweep has yet to come to this login, perhaps: it is ended now. */
    private void requireNotRevokedWithItsClient(Family family) {
        if (revokedClients.isRevoked(family.client(), family.begun())) {
            families.revoke(family.id(), Sessions.Kind.CLIENT, "client revoked");
            throw refusal(
                    "client_revoked", concerned(family), "all logins of client " + family.client() + " were revoked");
        }
    }

    private void requireBeforeEnd(Family family, Instant now) {
        if (!now.isBefore(family.end())) {
            throw refusal("expired", concerned(family), "family " + family.id() + " ended at " + family.end());
        }
    }

    private Optional<Confirmation> requireProven(
            Family family, RegisteredClient client, Optional<Confirmation> proven) {
        families.objection(family, client, proven).ifPresent(objection -> {
            throw refusal(
                    objection,
                    concerned(family),
                    "family " + family.id() + " is bound to " + family.binding().orElse("nothing"));
        });
        return proven;
    }

    /** The status list follows the end of the family, before a token names it. Seldom: once in 30 days. */
    private StoredFamily inListOf(Instant end, StoredFamily stored, RefreshToken presented, Instant now) {
        return StatusListName.period(end) <= stored.status().list().period()
                ? stored
                : store.move(stored, now, end)
                        .orElseThrow(
                                () -> refusal(UNKNOWN, concerned(stored.family()), presented + ": it has just ended"));
    }

    /** What the login granted and the client is still allowed, or as much of it as the request asks for. */
    private Set<String> narrow(Family family, RegisteredClient client, Set<String> requested) {
        Set<String> allowed = new HashSet<>(family.scopes());
        allowed.retainAll(client.getScopes());
        if (requested.isEmpty()) {
            return allowed;
        }
        if (!allowed.containsAll(requested)) {
            throw new GrantRefused(
                    OAuth2ErrorCodes.INVALID_SCOPE,
                    "the scope exceeds what the login granted",
                    counted("invalid_scope", concerned(family), "family " + family.id() + " allows " + allowed));
        }
        return requested;
    }

    private GrantRefused notAllowed(Family family) {
        return refusal(
                "not_allowed",
                concerned(family),
                "family " + family.id() + ": subscriber or device is no longer allowed to");
    }

    private static OAuth2AccessToken mint(
            RegisteredClient client,
            StoredFamily stored,
            Holder holder,
            Optional<Confirmation> proven,
            Set<String> scopes) {
        return holder.mint(
                client,
                Optional.of(new LoginReference(stored.family().id().toString(), stored.status())),
                proven,
                scopes);
    }

    private void requireGranted(Presentation presentation, RefreshToken presented, Family family, Instant now) {
        if (presentation.isGranted()) {
            return;
        }
        String outcome = name(presentation.outcome());
        if (presentation.outcome() == Outcome.DEFERRED) {
            throw later(outcome, family, presented + ": perhaps a late copy; certain in " + presentation.retryAfter());
        }
        if (presentation.outcome() == Outcome.REPLAYED || presentation.outcome() == Outcome.REPLAYED_STRUCK_OUT) {
            families.recordRevocation(concerned(family), Sessions.Kind.REPLAY, outcome);
            families.confirmRevocation(family.id(), now, outcome);
        }
        throw refusal(outcome, concerned(family), presented + ": " + outcome);
    }

    private void record(Presentation presentation, RefreshToken presented, Family family) {
        String outcome = name(presentation.outcome());
        Audit.Entry entry = audit.event("rotated")
                .about(concerned(family))
                .with("presented", presented.generation())
                .with("granted", presentation.generation())
                .with("outcome", outcome);
        if (presentation.outcome() == Outcome.FAST_FORWARDED) {
            entry.keep(); // an incident of the store
        } else {
            entry.write();
        }
        count(outcome);
    }

    /**
     * Only with the family would it show whether the token is authentic. So the record says that these are named, no more,
     * and only where there are such.
     */
    private GrantRefused unknown(RefreshToken presented, boolean namesAHolder) {
        count(UNKNOWN);
        return invalid(new Refusal(
                UNKNOWN,
                presented + ": no such family, or past its end",
                RefreshAdvice.on(UNKNOWN),
                Concerned.NOBODY,
                namesAHolder ? presented.named() : Concerned.NOBODY));
    }

    private GrantRefused refusal(String outcome, Concerned concerned, String auditDetail) {
        return invalid(counted(outcome, concerned, auditDetail));
    }

    private static GrantRefused invalid(Refusal refusal) {
        return new GrantRefused(
                OAuth2ErrorCodes.INVALID_GRANT, "the refresh token is not valid: sign in again", refusal);
    }

    private GrantRefused later(String outcome, Family family, String auditDetail) {
        return new GrantRefused(
                OAuth2ErrorCodes.TEMPORARILY_UNAVAILABLE,
                "send the same request again soon",
                counted(outcome, concerned(family), auditDetail));
    }

    private Refusal counted(String outcome, Concerned concerned, String auditDetail) {
        count(outcome);
        return new Refusal(outcome, auditDetail, RefreshAdvice.on(outcome), concerned);
    }

    private static Concerned concerned(Family family) {
        return Families.concerned(family);
    }

    private void count(String outcome) {
        meters.counter("sipoauth.refreshes", "outcome", outcome).increment();
    }

    private static String name(Outcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT);
    }
}

package org.sipoauth.authz.dpop;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jwt.SignedJWT;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.token.Confirmation;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.oauth2.server.resource.OAuth2ResourceServerConfigurer;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.ClaimAccessor;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.DPoPProofContext;
import org.springframework.security.oauth2.jwt.DPoPProofJwtDecoderFactory;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoderFactory;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationGrantAuthenticationToken;
import org.springframework.security.oauth2.server.resource.authentication.DPoPAuthenticationProvider;
import org.springframework.security.oauth2.server.resource.web.authentication.DPoPAuthenticationConverter;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.authentication.AuthenticationConverter;
import org.springframework.security.web.authentication.AuthenticationEntryPointFailureHandler;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;

/**
 * The DPoP proofs of requests to this server (RFC 9449 §4.3). Type, algorithm, key and signature are Spring's to check; the
 * claims are checked here, for Spring compares {@code htu} with the address that a proxy in front has asked for, and
 * remembers used proofs in the memory of one server.
 *
 * <p>No nonces are handed out (§8): the window for {@code iat} and the memory of used proofs stand in for them.
 */
public final class DpopProofs {
    /** How far a client's clock may be from ours, either way. */
    static final Duration WINDOW = Duration.ofMinutes(2);

    /** As the metadata has them, for a challenge: {@code dpop_signing_alg_values_supported}, between blanks. */
    public static final String ALGORITHMS = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512";

    /** The field that carries a proof (§4.1). */
    public static final String HEADER = "DPoP";

    /** Among the parameters of a token request: where Spring's converters put the proof. */
    public static final String PARAMETER = "dpop_proof";

    private static final String SCHEME = "DPoP";
    private static final AuthenticationConverter CREDENTIALS = new DPoPAuthenticationConverter();
    private static final int LONGEST_ID = 256;
    private static final String NOT_RIGHT = "the DPoP proof is not right for this request";

    private final URI issuer;
    private final SeenProofs seen;
    private final Clock clock;
    private final DPoPProofJwtDecoderFactory decoders = new DPoPProofJwtDecoderFactory();

    public DpopProofs(URI issuer, StringRedisTemplate redis, Clock clock) {
        this.issuer = issuer;
        this.seen = new SeenProofs(redis);
        this.clock = clock;
        decoders.setJwtValidatorFactory(context -> claimsFor(context.getMethod(), URI.create(context.getTargetUri())));
    }

    /** Whether the access token of a request comes as one that is bound to a key (§7.1), right or wrong. */
    public static boolean areUsedIn(HttpServletRequest request) {
        String credentials = request.getHeader(HttpHeaders.AUTHORIZATION);
        return credentials != null && credentials.regionMatches(true, 0, SCHEME + " ", 0, SCHEME.length() + 1);
    }

    /** The scheme of a challenge (§7.1): the one that the request came with, and {@code Bearer} without any. */
    public static String schemeFor(HttpServletRequest request) {
        return areUsedIn(request) ? SCHEME : "Bearer";
    }

    /**
     * The key that the sender of a token request has proven to hold. Uses the proof up.
     *
     * @return empty if the request has no proof
     * @throws OAuth2AuthenticationException {@code invalid_dpop_proof} if it has one that is not right
     */
    public Optional<Confirmation> of(OAuth2AuthorizationGrantAuthenticationToken request) {
        return request.getAdditionalParameters().get(PARAMETER) instanceof String proof
                ? Optional.of(verify(proof, "/oauth2/token"))
                : Optional.empty();
    }

    /**
     * The key that a proof is signed with, of a POST request to this server.
     *
     * @param path of the endpoint, below the issuer
     * @throws OAuth2AuthenticationException {@code invalid_dpop_proof} if it is not right
     */
    public Confirmation verify(String proof, String path) {
        Checked checked = check(proof, HttpMethod.POST.name(), belowIssuer(path).toString());
        useUp(checked);
        return checked.key();
    }

    /**
     * Has an interface of this server take access tokens that are bound to a key, with a proof of it (§7.1). Spring refuses
     * them as bearer tokens (§7.2) and checks the tokens; the proofs are checked here.
     *
     * @param address what a client has to name in {@code htu}, by the address with which its request arrives; empty if there
     *     is nothing of ours
     * @param refusal answers who has no proof that is right
     */
    public void addTo(
            OAuth2ResourceServerConfigurer<HttpSecurity> server,
            Function<URI, Optional<URI>> address,
            AuthenticationEntryPoint refusal) {
        JwtDecoderFactory<DPoPProofContext> verifiers = context -> proof -> verify(proof, context, address);
        server.dPoP(bound -> bound.authenticationConverter(DpopProofs::credentials)
                        .authenticationFailureHandler(unlessStoreIsAway(refusal)))
                .withObjectPostProcessor(new ObjectPostProcessor<DPoPAuthenticationProvider>() {
                    @Override
                    public <O extends DPoPAuthenticationProvider> O postProcess(O provider) {
                        provider.setDPoPProofVerifierFactory(verifiers);
                        return provider;
                    }
                });
    }

    /** Spring throws at an empty proof. */
    private static @Nullable Authentication credentials(HttpServletRequest request) {
        String proof = request.getHeader(HEADER);
        if (proof != null && proof.isBlank()) {
            throw refusal(NOT_RIGHT);
        }
        return CREDENTIALS.convert(request);
    }

    /** Spring takes whatever befalls the check of a proof for a wrong proof; with the store away nobody knows that it is. */
    private static AuthenticationFailureHandler unlessStoreIsAway(AuthenticationEntryPoint refusal) {
        AuthenticationFailureHandler refused = new AuthenticationEntryPointFailureHandler(refusal);
        return (request, response, failure) -> {
            if (failure.getCause() instanceof DataAccessException away) {
                throw away;
            }
            refused.onAuthenticationFailure(request, response, failure);
        };
    }

    /** The address below the issuer of what is asked for here, behind whatever proxy. */
    public Optional<URI> belowIssuer(URI asked) {
        return Optional.of(belowIssuer(asked.getRawPath()));
    }

    private URI belowIssuer(String path) {
        return URI.create(issuer + path);
    }

    private Jwt verify(String proof, DPoPProofContext request, Function<URI, Optional<URI>> address) {
        Checked checked = check(proof, request.getMethod(), target(request, address));
        OAuth2Token token = Objects.requireNonNull(request.getAccessToken());
        boolean ofThisToken =
                hash(token.getTokenValue()).equals(checked.proof().getClaims().get("ath"))
                        && token instanceof ClaimAccessor claims
                        && checked.key().isThatOf(claims.getClaims());
        if (!ofThisToken) {
            throw refusal("the DPoP proof is not right for this access token");
        }
        useUp(checked);
        return checked.proof();
    }

    private static String target(DPoPProofContext request, Function<URI, Optional<URI>> address) {
        try {
            return address.apply(new URI(request.getTargetUri()))
                    .map(URI::toString)
                    .orElseThrow(() -> refusal(NOT_RIGHT));
        } catch (URISyntaxException e) { // what came with Host may be anything
            throw refusal(NOT_RIGHT);
        }
    }

    /** A proof that is right, if it was not used before. */
    private record Checked(Jwt proof, Confirmation key, Instant issuedAt) {}

    private Checked check(String proof, String method, String target) {
        try {
            Jwt verified = decoders.createDecoder(DPoPProofContext.withDPoPProof(proof)
                            .method(method)
                            .targetUri(target)
                            .build())
                    .decode(proof);
            SignedJWT signed = SignedJWT.parse(proof);
            Date issued = signed.getJWTClaimsSet().getIssueTime();
            if (issued == null) { // Spring makes one up where there is an exp
                throw refusal("the DPoP proof does not say when it was made");
            }
            String thumbprint = signed.getHeader().getJWK().computeThumbprint().toString();
            return new Checked(verified, Confirmation.ofKey(thumbprint), issued.toInstant());
        } catch (JwtException | IllegalArgumentException | ParseException | JOSEException e) {
            throw refusal(NOT_RIGHT);
        }
    }

    private void useUp(Checked checked) {
        Duration left = Duration.between(clock.instant(), checked.issuedAt().plus(WINDOW));
        if (!seen.add(
                checked.key().thumbprint(),
                Objects.requireNonNull(checked.proof().getId()),
                left)) {
            throw refusal("the DPoP proof was used before");
        }
    }

    /** RFC 9449 §4.2, {@code ath}. */
    private static String hash(String token) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }

    private OAuth2TokenValidator<Jwt> claimsFor(String method, URI target) {
        return proof -> {
            boolean right = method.equals(proof.getClaims().get("htm"))
                    && isSameAddress(proof.getClaims().get("htu"), target)
                    && isRecent(proof.getIssuedAt())
                    && isId(proof.getClaims().get("jti"));
            return right
                    ? OAuth2TokenValidatorResult.success()
                    : OAuth2TokenValidatorResult.failure(new OAuth2Error(OAuth2ErrorCodes.INVALID_DPOP_PROOF));
        };
    }

    /** Ignoring query and fragment, after the normalizations of RFC 3986 §6.2.2 and §6.2.3 that matter here. */
    private static boolean isSameAddress(@Nullable Object htu, URI target) {
        if (!(htu instanceof String text)) {
            return false;
        }
        try {
            URI address = new URI(text).normalize();
            return target.getScheme().equalsIgnoreCase(address.getScheme())
                    && address.getHost() != null
                    && address.getRawUserInfo() == null
                    && target.getHost()
                            .toLowerCase(Locale.ROOT)
                            .equals(address.getHost().toLowerCase(Locale.ROOT))
                    && port(target) == port(address)
                    && target.getRawPath().equals(address.getRawPath());
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static int port(URI address) {
        return address.getPort() >= 0 ? address.getPort() : "http".equalsIgnoreCase(address.getScheme()) ? 80 : 443;
    }

    private boolean isRecent(@Nullable Instant issuedAt) {
        return issuedAt != null
                && Duration.between(issuedAt, clock.instant()).abs().compareTo(WINDOW) < 0;
    }

    private static boolean isId(@Nullable Object jti) {
        return jti instanceof String id && !id.isEmpty() && id.length() <= LONGEST_ID;
    }

    private static OAuth2AuthenticationException refusal(String description) {
        return new OAuth2AuthenticationException(
                new OAuth2Error(OAuth2ErrorCodes.INVALID_DPOP_PROOF, description, null));
    }
}

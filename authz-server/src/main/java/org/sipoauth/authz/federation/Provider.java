package org.sipoauth.authz.federation;

import com.nimbusds.jose.RemoteKeySourceException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.settings.StartupRefused;
import org.sipoauth.authz.settings.TrustedAuthorities;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.security.oauth2.client.oidc.authentication.OidcIdTokenDecoderFactory;
import org.springframework.security.oauth2.client.oidc.authentication.OidcIdTokenValidator;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ClientRegistrations;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.converter.ClaimTypeConverter;
import org.springframework.security.oauth2.core.oidc.OidcScopes;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;
import org.springframework.web.client.RestTemplate;

/**
 * The provider as its discovery document describes it (OpenID Connect Discovery 1.0 §4). That is read when somebody first
 * wants to sign in there, so this server starts while the provider is away, and again after an hour.
 */
final class Provider implements ClientRegistrationRepository {
    static final String ID = "openid-connect";

    private static final Duration FRESH = Duration.ofHours(1);

    /** Between attempts to reach a provider that is away, so that not everybody who wants to sign in waits for it. */
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private static final ParameterizedTypeReference<Map<String, Object>> DOCUMENT =
            new ParameterizedTypeReference<>() {};

    private final Settings.OpenidConnect settings;
    private final @Nullable String secret;
    private final String redirectUri;
    private final Clock clock;
    private final ClientHttpRequestFactory requests;
    private final ReentrantLock reading = new ReentrantLock();
    private volatile @Nullable Known known;
    private Instant nextAttempt = Instant.MIN;

    Provider(Settings.OpenidConnect settings, @Nullable String secret, URI ownIssuer, Clock clock) {
        requireHttps(settings.issuer());
        this.settings = settings;
        this.secret = secret;
        this.redirectUri = withoutSlash(ownIssuer) + FederatedSignIn.CALLBACK;
        this.clock = clock;
        JdkClientHttpRequestFactory factory = new JdkClientHttpRequestFactory(HttpClient.newBuilder()
                .connectTimeout(settings.timeout())
                .sslContext(TrustedAuthorities.trusting(settings.trust(), "sipoauth.openid-connect.trust"))
                .followRedirects(HttpClient.Redirect.NEVER)
                .build());
        factory.setReadTimeout(settings.timeout());
        this.requests = factory;
    }

    /**
     * @param idTokens checks them (OpenID Connect Core 1.0 §3.1.3.7), the nonce aside
     * @param namesItself whether its authorization responses carry {@code iss} (RFC 9207 §3)
     */
    record Known(ClientRegistration registration, JwtDecoder idTokens, boolean namesItself, Instant readAt) {}

    String issuer() {
        return settings.issuer().toString();
    }

    /** For requests of other kinds to the same provider. */
    RestClient.Builder requests() {
        return RestClient.builder().requestFactory(requests);
    }

    /** The same, where Spring still wants it so. */
    RestTemplate restTemplate() {
        return new RestTemplate(requests);
    }

    /** @throws ProviderAway if nothing is known of it, and it cannot be asked */
    Known known() {
        Known current = known;
        if (current != null && clock.instant().isBefore(current.readAt().plus(FRESH))) {
            return current;
        }
        reading.lock();
        try {
            return readUnlessJustTried();
        } finally {
            reading.unlock();
        }
    }

    @Override
    public @Nullable ClientRegistration findByRegistrationId(String id) {
        return ID.equals(id) ? known().registration() : null;
    }

    /** Whether something failed because the provider gave no answer, rather than for its answer. */
    static boolean isAway(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProviderAway
                    || cause instanceof RestClientException
                    || cause instanceof RemoteKeySourceException) {
                return true;
            }
        }
        return false;
    }

    private Known readUnlessJustTried() {
        Known current = known;
        Instant now = clock.instant();
        if (current != null && now.isBefore(current.readAt().plus(FRESH))) {
            return current;
        }
        if (now.isBefore(nextAttempt)) {
            return orAway(current, new ProviderAway("the provider gave no answer a moment ago"));
        }
        try {
            Known read = read(now);
            known = read;
            return read;
        } catch (ProviderAway e) {
            nextAttempt = clock.instant().plus(PAUSE);
            return orAway(current, e);
        }
    }

    private static Known orAway(@Nullable Known current, ProviderAway why) {
        if (current == null) {
            throw why;
        }
        return current;
    }

    private Known read(Instant now) {
        try {
            Map<String, Object> document = requests()
                    .build()
                    .get()
                    .uri(URI.create(withoutSlash(settings.issuer()) + "/.well-known/openid-configuration"))
                    .retrieve()
                    .body(DOCUMENT);
            return understand(Objects.requireNonNullElse(document, Map.of()), now);
        } catch (RestClientException e) {
            throw new ProviderAway("the provider's discovery document cannot be read", e);
        } catch (IllegalArgumentException e) {
            throw new ProviderAway("the provider's discovery document is not understood", e);
        }
    }

    private Known understand(Map<String, Object> document, Instant now) {
        if (!issuer().equals(document.get("issuer"))) { // Discovery §4.3
            throw new ProviderAway("the provider's discovery document is that of another issuer");
        }
        for (String endpoint : Set.of("authorization_endpoint", "token_endpoint", "jwks_uri")) {
            if (!String.valueOf(document.get(endpoint)).startsWith("https://")) {
                throw new ProviderAway("the provider's " + endpoint + " is no https URL");
            }
        }
        ClientRegistration registration = registration(document);
        return new Known(
                registration,
                idTokens(registration, algorithms(document)),
                Boolean.TRUE.equals(document.get("authorization_response_iss_parameter_supported")),
                now);
    }

    private ClientRegistration registration(Map<String, Object> document) {
        Set<String> scopes = new LinkedHashSet<>(settings.scopes());
        scopes.add(OidcScopes.OPENID);
        ClientRegistration.Builder builder = ClientRegistrations.fromOidcConfiguration(document)
                .registrationId(ID)
                .clientId(settings.clientId())
                .redirectUri(redirectUri)
                .scope(scopes);
        if (secret == null) {
            builder.clientAuthenticationMethod(ClientAuthenticationMethod.NONE);
        } else {
            builder.clientSecret(secret);
        }
        return builder.build();
    }

    private JwtDecoder idTokens(ClientRegistration registration, Set<SignatureAlgorithm> algorithms) {
        NimbusJwtDecoder decoder = NimbusJwtDecoder.withJwkSetUri(
                        registration.getProviderDetails().getJwkSetUri())
                .restOperations(restTemplate())
                .jwsAlgorithms(accepted -> accepted.addAll(algorithms))
                .build();
        decoder.setClaimSetConverter(
                new ClaimTypeConverter(OidcIdTokenDecoderFactory.createDefaultClaimTypeConverters()));
        OidcIdTokenValidator validator = new OidcIdTokenValidator(registration);
        validator.setClock(clock);
        decoder.setJwtValidator(validator);
        return decoder;
    }

    /** Of those the provider names, the ones that a public key verifies; RS256 is never missing (Discovery §3). */
    private static Set<SignatureAlgorithm> algorithms(Map<String, Object> document) {
        Set<SignatureAlgorithm> algorithms =
                document.get("id_token_signing_alg_values_supported") instanceof Collection<?> named
                        ? named.stream()
                                .map(name -> SignatureAlgorithm.from(String.valueOf(name)))
                                .filter(Objects::nonNull)
                                .collect(Collectors.toSet())
                        : Set.of();
        return algorithms.isEmpty() ? Set.of(SignatureAlgorithm.RS256) : algorithms;
    }

    private static void requireHttps(URI issuer) {
        if (!"https".equals(issuer.getScheme()) || issuer.getHost() == null || issuer.getRawQuery() != null) {
            throw new StartupRefused(
                    "The provider " + issuer + " is no https URL without query.",
                    "Set sipoauth.openid-connect.issuer to its issuer identifier, the \"issuer\" of its"
                            + " /.well-known/openid-configuration.");
        }
    }

    private static String withoutSlash(URI uri) {
        String text = uri.toString();
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }
}

package org.sipoauth.authz.grant;

import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.dpop.DpopProofs;
import org.sipoauth.authz.token.Confirmation;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientCredentialsAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientCredentialsAuthenticationToken;

/** Client credentials are Spring's; the proof of possession in such a request is checked here, like in every other grant. */
final class ProvenClientCredentials implements AuthenticationProvider {
    private final OAuth2ClientCredentialsAuthenticationProvider spring;
    private final DpopProofs proofs;

    ProvenClientCredentials(OAuth2ClientCredentialsAuthenticationProvider spring, DpopProofs proofs) {
        this.spring = spring;
        this.proofs = proofs;
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return spring.supports(authentication);
    }

    @Override
    public @Nullable Authentication authenticate(Authentication authentication) {
        var request = (OAuth2ClientCredentialsAuthenticationToken) authentication;
        Optional<Confirmation> proven = certificateOf(request.getPrincipal());
        if (proven.isEmpty()) {
            proven = proofs.of(request);
        }
        Map<String, Object> parameters = new HashMap<>(request.getAdditionalParameters());
        parameters
                .keySet()
                .removeIf(name -> name.startsWith("dpop_")); // or Spring would check it again, in its own way
        proven.ifPresent(confirmation -> parameters.put(Confirmation.CLAIM, confirmation));
        return spring.authenticate(new OAuth2ClientCredentialsAuthenticationToken(
                (Authentication) request.getPrincipal(), request.getScopes(), parameters));
    }

    /** What a service has authenticated by, if it is one, binds its token (RFC 8705 §3). */
    private static Optional<Confirmation> certificateOf(Object client) {
        return client instanceof OAuth2ClientAuthenticationToken authenticated
                        && authenticated.getCredentials() instanceof X509Certificate[] chain
                        && !ClientAuthenticationMethod.NONE.equals(authenticated.getClientAuthenticationMethod())
                ? Optional.of(Confirmation.ofCertificate(chain[0]))
                : Optional.empty();
    }
}

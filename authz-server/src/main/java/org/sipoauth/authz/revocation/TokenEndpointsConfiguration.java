package org.sipoauth.authz.revocation;

import java.time.Clock;
import java.util.List;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.grant.GrantFeature;
import org.sipoauth.authz.refresh.LoginTokens;
import org.sipoauth.authz.refresh.Sessions;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.signing.AdministrationTokens;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2TokenIntrospectionAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2TokenRevocationAuthenticationProvider;

/** Puts our parts into Spring's endpoints for revocation and introspection; Spring's own know stored tokens only. */
@Configuration(proxyBeanMethods = false)
class TokenEndpointsConfiguration {

    @Bean
    GrantFeature revocation(
            JwtDecoder accessTokens,
            AdministrationTokens administrationTokens,
            LoginTokens logins,
            Sessions sessions,
            Settings settings,
            Clock clock,
            Audit audit) {
        IssuedTokens tokens = new IssuedTokens(List.of(accessTokens, administrationTokens.decoder()), logins, clock);
        TokenRevocation revocation = new TokenRevocation(tokens, sessions, audit);
        TokenIntrospection introspection =
                new TokenIntrospection(tokens, settings.issuer().toString());
        return server -> server.tokenRevocationEndpoint(endpoint -> endpoint.authenticationProvider(revocation)
                        .authenticationProviders(providers -> providers.removeIf(
                                provider -> provider instanceof OAuth2TokenRevocationAuthenticationProvider)))
                .tokenIntrospectionEndpoint(endpoint -> endpoint.authenticationProvider(introspection)
                        .authenticationProviders(providers -> providers.removeIf(
                                provider -> provider instanceof OAuth2TokenIntrospectionAuthenticationProvider)));
    }
}

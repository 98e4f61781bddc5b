package org.sipoauth.authz.grant;

import org.springframework.security.config.annotation.web.configurers.oauth2.server.authorization.OAuth2AuthorizationServerConfigurer;

/**
 * A part of ours in Spring's authorization server. Not a {@code Customizer}: Spring applies beans of that type to every
 * filter chain, and so would put the token endpoint on each of them.
 */
@FunctionalInterface
public interface GrantFeature {
    void addTo(OAuth2AuthorizationServerConfigurer server);
}

package org.sipoauth.authz.signing;

import org.springframework.security.oauth2.jwt.JwtDecoder;

/**
 * Checks access tokens that are to administer this server: issued by it and for it (RFC 9068 §4), where a phone's are for
 * the SIP platform.
 */
public record AdministrationTokens(JwtDecoder decoder) {}

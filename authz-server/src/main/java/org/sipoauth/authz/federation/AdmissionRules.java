package org.sipoauth.authz.federation;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.settings.StartupRefused;
import org.sipoauth.authz.subscriber.Account.Kind;
import org.sipoauth.authz.subscriber.Accounts;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.oidc.StandardClaimNames;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

/** Who of the provider's people may sign in, and as whom: by the claims of what it has said about them. */
final class AdmissionRules {
    private final Settings.OpenidConnect settings;

    AdmissionRules(Settings.OpenidConnect settings) {
        if (settings.requiredClaim() == null != settings.requiredValues().isEmpty()) {
            throw new StartupRefused(
                    "Of sipoauth.openid-connect.required-claim and .required-values one is set and the other is not.",
                    "Set both, so that only people whose claim has one of the values may sign in, or neither.");
        }
        boolean noValues = Stream.of(
                        settings.administratorValues(), settings.operatorValues(), settings.readOnlyValues())
                .allMatch(List::isEmpty);
        if (settings.roleClaim() == null != noValues) {
            throw new StartupRefused(
                    "Of sipoauth.openid-connect.role-claim and the values of it that make administrators, one is set"
                            + " without the other.",
                    "Set role-claim and at least one of administrator-values, operator-values and read-only-values, or"
                            + " none of them.");
        }
        this.settings = settings;
    }

    /** @param name as the claim has it */
    record Admitted(String name, Kind kind) {}

    /**
     * Whoever has a role is an administrator, and no subscriber.
     *
     * @throws OAuth2AuthenticationException if they may not sign in, or have no name that an account can have
     */
    Admitted admit(OidcUser person) {
        Kind kind = kind(person);
        if (kind.isSubscriber()) {
            requireClaim(person);
        }
        requireEmailDomain(person);
        return new Admitted(name(person), kind);
    }

    private Kind kind(OidcUser person) {
        if (settings.roleClaim() == null) {
            return Kind.SUBSCRIBER;
        }
        Object roles = person.getClaims().get(settings.roleClaim());
        if (isOneOf(roles, settings.administratorValues())) {
            return Kind.ADMINISTRATOR;
        }
        if (isOneOf(roles, settings.operatorValues())) {
            return Kind.OPERATOR;
        }
        return isOneOf(roles, settings.readOnlyValues()) ? Kind.READ_ONLY : Kind.SUBSCRIBER;
    }

    private String name(OidcUser person) {
        if (!(person.getClaims().get(settings.nameClaim()) instanceof String name) || !Accounts.isName(name)) {
            throw refusal("no_name");
        }
        if (settings.nameClaim().equals(StandardClaimNames.EMAIL)) {
            requireVerifiedEmail(person);
        }
        return name;
    }

    private void requireClaim(OidcUser person) {
        String claim = settings.requiredClaim();
        if (claim != null && !isOneOf(person.getClaims().get(claim), settings.requiredValues())) {
            throw refusal("not_allowed");
        }
    }

    private void requireEmailDomain(OidcUser person) {
        if (settings.emailDomains().isEmpty()) {
            return;
        }
        String email = requireVerifiedEmail(person);
        String domain = email.substring(email.lastIndexOf('@') + 1).toLowerCase(Locale.ROOT);
        if (settings.emailDomains().stream().noneMatch(domain::equalsIgnoreCase)) {
            throw refusal("not_allowed");
        }
    }

    private static String requireVerifiedEmail(OidcUser person) {
        String email = person.getEmail();
        if (email == null || !Boolean.TRUE.equals(person.getEmailVerified())) {
            throw refusal("unverified_email");
        }
        return email;
    }

    private static boolean isOneOf(@Nullable Object claim, List<String> values) {
        return claim instanceof Collection<?> several
                ? several.stream().anyMatch(one -> isOneOf(one, values))
                : claim != null && values.contains(claim.toString());
    }

    private static OAuth2AuthenticationException refusal(String code) {
        return new OAuth2AuthenticationException(new OAuth2Error(code));
    }
}

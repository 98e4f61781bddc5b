package org.sipoauth.authz.federation;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.settings.StartupRefused;
import org.sipoauth.authz.subscriber.Accounts;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.oidc.StandardClaimNames;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

/** Who of the provider's people may sign in, and as which subscriber: by the claims of what it has said about them. */
final class AdmissionRules {
    private final Settings.OpenidConnect settings;

    AdmissionRules(Settings.OpenidConnect settings) {
        if (settings.requiredClaim() == null != settings.requiredValues().isEmpty()) {
            throw new StartupRefused(
                    "Of sipoauth.openid-connect.required-claim and .required-values one is set and the other is not.",
                    "Set both, so that only people whose claim has one of the values may sign in, or neither.");
        }
        this.settings = settings;
    }

    /**
     * The name of the subscriber, as the claim has it.
     *
     * @throws OAuth2AuthenticationException if they may not sign in, or have no name that an account can have
     */
    String subscriber(OidcUser person) {
        requireClaim(person);
        requireEmailDomain(person);
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

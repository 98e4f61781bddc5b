package org.sipoauth.authz.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.settings.StartupRefused;
import org.sipoauth.authz.subscriber.Account.Kind;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.core.oidc.user.DefaultOidcUser;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

/** Who may sign in, by what their provider says of them. */
class AdmissionRulesTest {

    @Test
    void namesTheSubscriberAsTheClaimDoes() {
        assertThat(rules(Map.of())
                        .admit(person(Map.of("preferred_username", "Wanda.W")))
                        .name())
                .isEqualTo("Wanda.W");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " wanda", "wanda <b>", "w\u00e4nda", "-wanda", "wanda\n"})
    void takesNoNameThatNoAccountCanHave(String name) {
        assertRefused("no_name", rules(Map.of()), Map.of("preferred_username", name));
    }

    @Test
    void takesNoNameThatIsNoText() {
        assertRefused("no_name", rules(Map.of()), Map.of("preferred_username", List.of("wanda")));
        assertRefused("no_name", rules(Map.of()), Map.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "false", "missing"})
    void takesAnEmailAddressForANameOnlyIfItIsVerified(String verified) {
        AdmissionRules rules = rules(Map.of("name-claim", "email"));
        Map<String, Object> claims = new HashMap<>(Map.of("email", "wanda@example.com"));
        if (!verified.equals("missing")) {
            claims.put("email_verified", Boolean.valueOf(verified));
        }

        if (verified.equals("true")) {
            assertThat(rules.admit(person(claims)).name()).isEqualTo("wanda@example.com");
        } else {
            assertRefused("unverified_email", rules, claims);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "wanda@example.com, true, ",
        "wanda@EXAMPLE.com, true, ",
        "wanda@example.com, false, unverified_email",
        "wanda@other.example.com, true, not_allowed",
        "wanda@example.com.example.org, true, not_allowed",
        "example.com@example.org, true, not_allowed",
    })
    void letsInTheDomainsThatAreSetAndNoOther(String email, boolean verified, String refusal) {
        AdmissionRules rules = rules(Map.of("email-domains", "example.com,example.net"));
        Map<String, Object> claims = Map.of("preferred_username", "wanda", "email", email, "email_verified", verified);

        if (refusal == null) {
            assertThat(rules.admit(person(claims)).name()).isEqualTo("wanda");
        } else {
            assertRefused(refusal, rules, claims);
        }
    }

    @Test
    void letsInWhoHasOneOfTheValuesThatAreRequired() {
        AdmissionRules rules = rules(Map.of("required-claim", "groups", "required-values", "phones,desks"));

        assertThat(rules.admit(person(Map.of("preferred_username", "wanda", "groups", "desks")))
                        .name())
                .isEqualTo("wanda");
        assertThat(rules.admit(person(Map.of("preferred_username", "wanda", "groups", List.of("a", "phones"))))
                        .name())
                .isEqualTo("wanda");
        assertRefused("not_allowed", rules, Map.of("preferred_username", "wanda", "groups", "phones,desks"));
        assertRefused("not_allowed", rules, Map.of("preferred_username", "wanda", "groups", List.of("Phones")));
        assertRefused("not_allowed", rules, Map.of("preferred_username", "wanda", "groups", List.of()));
        assertRefused("not_allowed", rules, Map.of("preferred_username", "wanda"));
    }

    /** The highest decides; whoever has a role needs not what is required of subscribers. */
    @Test
    void makesAdministratorsOfThoseWithARole() {
        AdmissionRules rules = rules(Map.of(
                "required-claim", "groups",
                "required-values", "phones",
                "role-claim", "roles",
                "administrator-values", "root,sip-admins",
                "operator-values", "helpdesk",
                "read-only-values", "auditors"));

        assertThat(kind(rules, "roles", List.of("auditors", "sip-admins", "helpdesk")))
                .isEqualTo(Kind.ADMINISTRATOR);
        assertThat(kind(rules, "roles", List.of("auditors", "helpdesk"))).isEqualTo(Kind.OPERATOR);
        assertThat(kind(rules, "roles", "auditors")).isEqualTo(Kind.READ_ONLY);
        assertThat(kind(rules, "groups", List.of("phones", "sip-admins"))).isEqualTo(Kind.SUBSCRIBER);
        assertRefused("not_allowed", rules, Map.of("preferred_username", "wanda", "roles", "Sip-Admins"));
    }

    private static Kind kind(AdmissionRules rules, String claim, Object value) {
        return rules.admit(person(Map.of("preferred_username", "wanda", claim, value)))
                .kind();
    }

    @Test
    void startsWithNoHalfOfARequirement() {
        assertThatThrownBy(() -> rules(Map.of("role-claim", "roles"))).isInstanceOf(StartupRefused.class);
        assertThatThrownBy(() -> rules(Map.of("operator-values", "helpdesk"))).isInstanceOf(StartupRefused.class);
        assertThatThrownBy(() -> rules(Map.of("required-claim", "groups"))).isInstanceOf(StartupRefused.class);
        assertThatThrownBy(() -> rules(Map.of("required-values", "phones"))).isInstanceOf(StartupRefused.class);
    }

    private static void assertRefused(String code, AdmissionRules rules, Map<String, Object> claims) {
        assertThatThrownBy(() -> rules.admit(person(claims)))
                .isInstanceOfSatisfying(
                        OAuth2AuthenticationException.class,
                        refusal -> assertThat(refusal.getError().getErrorCode()).isEqualTo(code));
    }

    private static AdmissionRules rules(Map<String, String> changes) {
        Map<String, String> settings =
                new HashMap<>(Map.of("issuer", "https://login.example.com", "client-id", "sip-oauth"));
        settings.putAll(changes);
        return new AdmissionRules(new Binder(new MapConfigurationPropertySource(settings))
                .bind("", Settings.OpenidConnect.class)
                .get());
    }

    private static OidcUser person(Map<String, Object> claims) {
        Map<String, Object> all = new HashMap<>(claims);
        all.put("sub", "subject-1");
        return new DefaultOidcUser(
                List.of(), new OidcIdToken("an ID token", Instant.EPOCH, Instant.EPOCH.plusSeconds(60), all));
    }
}

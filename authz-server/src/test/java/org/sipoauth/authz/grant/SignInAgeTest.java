package org.sipoauth.authz.grant;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.authority.FactorGrantedAuthority;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationContext;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationException;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

class SignInAgeTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    private final SignInAge age = new SignInAge(Clock.fixed(NOW, ZoneOffset.UTC));

    @ParameterizedTest
    @CsvSource({
        "openid, login, , 10, taken",
        "openid, login, , 11, login_required",
        "openid, select_account, , 11, login_required",
        "openid, consent, , 11, taken",
        "openid, none, , 11, taken",
        "sip.register, login, 0, 11, taken",
        "openid, , 3600, 3600, taken",
        "openid, , 3600, 3601, login_required",
        "openid, none, 3600, 3601, login_required",
        "openid, , 0, 10, taken",
        "openid, , 0, 11, login_required",
        "openid, login, 3600, 11, login_required",
        "openid, , -1, 0, invalid_request",
        "openid, , 1h, 0, invalid_request",
        "openid, , 9999999999, 0, invalid_request",
    })
    void takesASignInThatIsNewEnough(
            String scope, @Nullable String prompt, @Nullable String maxAge, long secondsAgo, String outcome) {
        Authentication who = UsernamePasswordAuthenticationToken.authenticated(
                "alice", null, List.of(signedIn(secondsAgo + 100), signedIn(secondsAgo)));

        assertThat(outcome(scope, prompt, maxAge, who)).isEqualTo(outcome);
    }

    /** However long it took them, and their link. */
    @ParameterizedTest
    @CsvSource({"login, ", "select_account, ", ", 0"})
    void takesTheSignInThatItSentSomebodyToMake(@Nullable String prompt, @Nullable String maxAge) {
        inASession();
        assertThat(outcome("openid", prompt, maxAge, alice(3600))).isEqualTo("login_required");
        assertThat(outcome("openid", prompt, maxAge, alice(3600))).isEqualTo("login_required");

        assertThat(outcome("openid", prompt, maxAge, alice(60))).isEqualTo("taken");
        assertThat(outcome("openid email", prompt, maxAge, alice(60)))
                .as("another request")
                .isEqualTo("login_required");
    }

    @Test
    void takesTheSignInOfWhomItFoundSignedInNowhereButNoneFromLongBefore() {
        inASession();
        assertThat(outcome("openid", "login", null, nobody())).isEqualTo("taken");

        assertThat(outcome("openid", "login", null, alice(3600)))
                .as("at another provider, with an auth_time")
                .isEqualTo("login_required");
        assertThat(outcome("openid", "login", null, alice(60))).isEqualTo("taken");
    }

    @Test
    void asksAgainWhoeverFollowsTheLinkAgainOnceItIsGranted() {
        MockHttpServletRequest request = inASession();
        assertThat(outcome("openid", "login", null, nobody())).isEqualTo("taken");
        assertThat(outcome("openid", "login", null, alice(60))).isEqualTo("taken");

        SignInAge.done(request);

        assertThat(outcome("openid", "login", null, alice(60))).isEqualTo("login_required");
    }

    @Test
    void sendsNobodyAnywhereSilently() {
        MockHttpServletRequest request = inASession();

        assertThat(outcome("openid", "none", "60", alice(61))).isEqualTo("login_required");

        assertThat(request.getSession(false)).isNull();
    }

    @AfterEach
    void leave() {
        RequestContextHolder.resetRequestAttributes();
    }

    private static MockHttpServletRequest inASession() {
        MockHttpServletRequest request = new MockHttpServletRequest();
        RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(request));
        return request;
    }

    private static Authentication alice(long secondsAgo) {
        return UsernamePasswordAuthenticationToken.authenticated("alice", null, List.of(signedIn(secondsAgo)));
    }

    private static Authentication nobody() {
        return new AnonymousAuthenticationToken("key", "nobody", AuthorityUtils.createAuthorityList("ROLE_ANONYMOUS"));
    }

    @ParameterizedTest
    @CsvSource({"login, 60, login_required", ", , taken"})
    void takesOneOfUnknownAgeWhereItDoesNotMatter(@Nullable String prompt, @Nullable String maxAge, String outcome) {
        Authentication who = UsernamePasswordAuthenticationToken.authenticated("alice", null, List.of());

        assertThat(outcome("openid", prompt, maxAge, who)).isEqualTo(outcome);
    }

    @ParameterizedTest
    @CsvSource({"login, 60, taken", "login, x, invalid_request"})
    void judgesTheFormAloneBeforeAnybodyHasSignedIn(String prompt, String maxAge, String outcome) {
        assertThat(outcome("openid", prompt, maxAge, nobody())).isEqualTo(outcome);
    }

    private static FactorGrantedAuthority signedIn(long secondsAgo) {
        return FactorGrantedAuthority.withAuthority(FactorGrantedAuthority.PASSWORD_AUTHORITY)
                .issuedAt(NOW.minusSeconds(secondsAgo))
                .build();
    }

    private String outcome(String scope, @Nullable String prompt, @Nullable String maxAge, Authentication who) {
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("prompt", prompt);
        parameters.put("max_age", maxAge);
        parameters.values().removeAll(Arrays.asList((Object) null));
        try {
            age.accept(OAuth2AuthorizationCodeRequestAuthenticationContext.with(
                            new OAuth2AuthorizationCodeRequestAuthenticationToken(
                                    "https://localhost:8443/oauth2/authorize",
                                    "softphone",
                                    who,
                                    "http://127.0.0.1/callback",
                                    null,
                                    Set.of(scope.split(" ")),
                                    parameters))
                    .registeredClient(RegisteredClient.withId("softphone")
                            .clientId("softphone")
                            .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                            .redirectUri("http://127.0.0.1/callback")
                            .build())
                    .build());
            return "taken";
        } catch (OAuth2AuthorizationCodeRequestAuthenticationException refused) {
            return refused.getError().getErrorCode();
        }
    }
}

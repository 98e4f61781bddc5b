package org.sipoauth.authz.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;

class AdministrationRightsTest {

    @ParameterizedTest
    @CsvSource({
        "GET, /users, admin.read",
        "GET, /users/alice, admin.read",
        "HEAD, /users/alice, admin.read",
        "GET, /keys, admin.read",
        "PUT, /users/alice, admin.operate",
        "DELETE, /users/alice, admin.operate",
        "POST, /users/alice/password, admin.operate",
        "POST, /revocations, admin.operate",
        "PUT, /administrators/bob, admin",
        "POST, /administrators/bob/password, admin",
        "POST, /keys/rotate, admin",
        "PUT, /sip-oauth-mode, admin",
        "PUT, /edges/west, admin",
        "GET, /what-is-added-without-a-row, admin",
        "GET, /keysx, admin",
        "PATCH, /users/alice, admin",
        "GET, /, admin",
    })
    void namesTheLeastScope(String method, String path, String scope) {
        assertThat(AdministrationRights.scopeFor(method, "/admin/api/v1" + path))
                .isEqualTo(scope);
    }

    @ParameterizedTest
    @CsvSource({
        "SCOPE_admin.read, GET, true", "SCOPE_admin.read, PUT, false", "SCOPE_admin.read, PATCH, false",
        "SCOPE_admin.operate, GET, true", "SCOPE_admin.operate, PUT, true", "SCOPE_admin.operate, PATCH, false",
        "SCOPE_admin, GET, true", "SCOPE_admin, PUT, true", "SCOPE_admin, PATCH, true",
        "SCOPE_sip.register, GET, false", "admin, GET, false", "ROLE_admin, GET, false",
    })
    void givesEachScopeTheRightsOfThoseBelow(String authority, String method, boolean granted) {
        TestingAuthenticationToken client = new TestingAuthenticationToken("service", null, authority);

        assertThat(authorize(client, method)).isEqualTo(granted);
    }

    @Test
    void givesNobodyAnything() {
        assertThat(authorize(null, "GET")).isFalse();
        TestingAuthenticationToken unproven = new TestingAuthenticationToken("service", null, "SCOPE_admin");
        unproven.setAuthenticated(false);
        assertThat(authorize(unproven, "GET")).isFalse();
    }

    private static boolean authorize(TestingAuthenticationToken client, String method) {
        MockHttpServletRequest request = new MockHttpServletRequest(method, "/admin/api/v1/users/alice");
        return new AdministrationRights()
                .authorize(() -> client, new RequestAuthorizationContext(request))
                .isGranted();
    }
}

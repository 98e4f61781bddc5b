package org.sipoauth.authz.signin;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class SessionlessRequestsTest {

    @ParameterizedTest
    @ValueSource(strings = {"/oauth2/token", "/oauth2/revoke", "/oauth2/jwks", "/oauth2/status-lists/s00.1.0"})
    void showsNoCookieToWhatAnswersMachines(String path) throws Exception {
        assertThat(behind(path).getCookies()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/admin/api/v1/sessions", "/.well-known/oauth-authorization-server"})
    void showsNoCookieToWhatServicesAsk(String path) throws Exception {
        assertThat(behind(path).getCookies()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/login", "/logout", "/change-password", "/oauth2/authorize", "/error"})
    void showsThePagesTheirCookies(String path) throws Exception {
        assertThat(behind(path).getCookies()).hasSize(1);
    }

    /** The request as it comes out of the filter. */
    private static HttpServletRequest behind(String path) throws Exception {
        MockHttpServletRequest request = new MockHttpServletRequest("POST", path);
        request.setServletPath(path);
        request.setCookies(new Cookie("SESSION", "an id"));
        MockFilterChain chain = new MockFilterChain();
        new SessionlessRequests().doFilter(request, new MockHttpServletResponse(), chain);
        return (HttpServletRequest) Objects.requireNonNull(chain.getRequest());
    }
}

package org.sipoauth.authz.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.http.HttpStatus;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.web.servlet.ModelAndView;

class ConsoleFrameTest {
    @Test
    void goesOnRenewingTheOverviewOnceTheStoreWasAway() {
        MockHttpServletRequest renewal = request("GET", "/console");
        renewal.setQueryString("renewal=7");
        renewal.setParameter("renewal", "7");

        ModelAndView page = storeAway(renewal);

        assertThat(page.getStatus()).isEqualTo(HttpStatus.SERVICE_UNAVAILABLE);
        assertThat(page.getModel()).containsEntry("again", Optional.of("/console?renewal=7"));
    }

    @Test
    void asksForNothingElseAgainByItself() {
        assertThat(storeAway(request("GET", "/console")).getModel()).containsEntry("again", Optional.empty());
        assertThat(storeAway(request("POST", "/console/mode/change")).getModel())
                .containsEntry("again", Optional.empty());
    }

    private static MockHttpServletRequest request(String method, String path) {
        return new MockHttpServletRequest(method, path);
    }

    private static ModelAndView storeAway(MockHttpServletRequest request) {
        return new ConsoleFrame()
                .storeAway(
                        new QueryTimeoutException("the store is away"),
                        request,
                        new MockHttpServletResponse(),
                        new TestingAuthenticationToken("olga", null, "ROLE_ADMINISTRATOR"));
    }
}

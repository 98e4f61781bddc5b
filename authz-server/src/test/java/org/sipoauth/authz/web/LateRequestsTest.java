package org.sipoauth.authz.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class LateRequestsTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final MockFilterChain chain = new MockFilterChain();

    @Test
    void turnsAwayWhatHasWaitedTooLongBeforeItDoesAnything() throws Exception {
        MockHttpServletResponse answer = ask(Duration.ofSeconds(3).plusMillis(1), "POST", "/oauth2/token");

        assertThat(chain.getRequest()).isNull();
        assertThat(answer.getStatus()).isEqualTo(503);
        assertThat(answer.getHeader("Retry-After")).matches("[3-8]");
        assertThat(answer.getHeader("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.getContentAsString()).contains("\"error\":\"temporarily_unavailable\"");
        assertThat(turnedAway()).isEqualTo(1);
    }

    @Test
    void takesWhatHasWaitedForAWhile() throws Exception {
        assertThat(ask(Duration.ofSeconds(3), "POST", "/oauth2/token").getStatus())
                .isEqualTo(200);

        assertThat(chain.getRequest()).isNotNull();
        assertThat(turnedAway()).isZero();
    }

    @Test
    void turnsNothingElseAway() throws Exception {
        assertThat(ask(Duration.ofMinutes(1), "POST", "/oauth2/revoke").getStatus())
                .isEqualTo(200);
        chain.reset();
        assertThat(ask(Duration.ofMinutes(1), "GET", "/oauth2/token").getStatus())
                .isEqualTo(200);
    }

    private double turnedAway() {
        return meters.counter("sipoauth.requests.turned.away", "limit", "wait").count();
    }

    private MockHttpServletResponse ask(Duration waited, String method, String path) throws Exception {
        MockHttpServletRequest request = new MockHttpServletRequest(method, path);
        request.setServletPath(path);
        MockHttpServletResponse response = new MockHttpServletResponse();
        new LateRequests(() -> waited, meters).doFilter(request, response, chain);
        return response;
    }
}

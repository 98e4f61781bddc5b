package org.sipoauth.authz.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.filter.ServerHttpObservationFilter;

/** The same metric as Spring's, whoever makes it. */
class RequestTimesTest {
    private final SimpleMeterRegistry ours = new SimpleMeterRegistry();
    private final SimpleMeterRegistry springs = new SimpleMeterRegistry();
    private final Filter times = new RequestTimes(observationsInto(ours), ours);
    private final Filter spring = new ServerHttpObservationFilter(observationsInto(springs));

    @Test
    void labelsARequestForTokensAsAnyOther() {
        for (int status : List.of(200, 400, 401, 429, 503)) {
            assertSame(
                    "POST", "/oauth2/token", (request, response) -> ((HttpServletResponse) response).setStatus(status));
        }
        assertThat(ours.get("http.server.requests").timers()).hasSize(5);
    }

    @Test
    void labelsOneThatFailed() {
        assertSame("POST", "/oauth2/token", (request, response) -> {
            throw new IllegalStateException("a mistake of ours");
        });
        assertSame("POST", "/oauth2/token", (request, response) -> {
            throw new ServletException(new UnsupportedOperationException("another"));
        });
        assertThat(ours.get("http.server.requests").tag("status", "500").timers())
                .extracting(timer -> timer.getId().getTag("exception"))
                .containsExactlyInAnyOrder("IllegalStateException", "UnsupportedOperationException");
    }

    @Test
    void leavesOtherRequestsToSpring() {
        assertSame("GET", "/oauth2/jwks", (request, response) -> {});
        assertSame("GET", "/oauth2/token", (request, response) -> ((HttpServletResponse) response).setStatus(405));
    }

    private void assertSame(String method, String path, FilterChain chain) {
        Throwable byUs =
                catchThrowable(() -> times.doFilter(request(method, path), new MockHttpServletResponse(), chain));
        Throwable bySpring =
                catchThrowable(() -> spring.doFilter(request(method, path), new MockHttpServletResponse(), chain));
        assertThat(byUs == null).isEqualTo(bySpring == null);
        assertThat(timers(ours)).containsExactlyInAnyOrderElementsOf(timers(springs));
    }

    private static List<Meter.Id> timers(MeterRegistry meters) {
        return meters.getMeters().stream()
                .filter(Timer.class::isInstance)
                .map(Meter::getId)
                .toList();
    }

    private static MockHttpServletRequest request(String method, String path) {
        MockHttpServletRequest request = new MockHttpServletRequest(method, path);
        request.setServletPath(path);
        return request;
    }

    private static ObservationRegistry observationsInto(MeterRegistry meters) {
        ObservationRegistry observations = ObservationRegistry.create();
        observations.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
        return observations;
    }
}

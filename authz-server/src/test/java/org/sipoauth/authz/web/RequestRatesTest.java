package org.sipoauth.authz.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.TestClock;
import org.sipoauth.authz.settings.Settings;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class RequestRatesTest {
    private static final int BURST = 100;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final TestClock clock = new TestClock(Instant.parse("2026-01-31T12:00:00Z"));
    private final RequestRates rates = new RequestRates(new Settings.Requests(10, BURST), clock, meters);

    @Test
    void turnsAwayWhatOneNetworkSendsBeyondItsShareAndTakesTheRestOfTheWorlds() throws Exception {
        for (int i = 0; i < BURST; i++) {
            assertThat(status("192.0.2.1", "/oauth2/token")).isEqualTo(200);
        }

        MockHttpServletResponse answer = ask("192.0.2.1", "/oauth2/token");

        assertThat(answer.getStatus()).isEqualTo(429);
        assertThat(answer.getHeader("Retry-After")).isEqualTo("1");
        assertThat(answer.getHeader("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.getContentAsString()).contains("\"error\":\"temporarily_unavailable\"");
        assertThat(turnedAway("all")).isEqualTo(1);
        assertThat(status("192.0.2.2", "/oauth2/token")).isEqualTo(200);
    }

    @Test
    void takesTenASecondAfterThat() throws Exception {
        while (status("192.0.2.1", "/oauth2/token") == 200) {
            // fills it
        }
        clock.advance(Duration.ofSeconds(1));
        for (int i = 0; i < 10; i++) {
            assertThat(status("192.0.2.1", "/oauth2/token")).isEqualTo(200);
        }
        assertThat(status("192.0.2.1", "/oauth2/token")).isEqualTo(429);
    }

    @Test
    void countsAHouseholdOfIpv6AsOne() throws Exception {
        for (int i = 0; i < BURST; i++) {
            assertThat(status("2001:db8:1:2::" + Integer.toHexString(i + 1), "/oauth2/token"))
                    .isEqualTo(200);
        }
        assertThat(status("2001:db8:1:2:ffff::1", "/oauth2/token")).isEqualTo(429);
        assertThat(status("2001:db8:1:3::1", "/oauth2/token")).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/oauth2/par",
                "/oauth2/%61uthorize",
                "/oauth2/authorize",
                "/login",
                "/login/openid-connect",
                "/device",
                "/console/devices",
                "/",
                "/.well-known/nothing",
                "/CSFALICE.cnf.xml"
            })
    void letsNobodyFillTheStoreWithRequestsThatBeginSomething(String path) throws Exception {
        RequestRates generous = new RequestRates(new Settings.Requests(1000, 1_000_000), clock, meters);
        for (int i = 0; i < 5_000; i++) {
            assertThat(ask(generous, "192.0.2.1", path).getStatus()).isEqualTo(200);
        }
        assertThat(ask(generous, "192.0.2.1", path).getStatus()).isEqualTo(429);
        assertThat(turnedAway("sign_in")).isEqualTo(1);
        assertThat(ask(generous, "192.0.2.1", "/oauth2/token").getStatus()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/CSFALICE.cnf.xml", "/.well-known/oauth-authorization-server", "/style.css"})
    void readsWhatBeginsNothingAsFastAsTokensAre(String path) throws Exception {
        RequestRates generous = new RequestRates(new Settings.Requests(1000, 1_000_000), clock, meters);
        for (int i = 0; i < 6_000; i++) {
            assertThat(ask(generous, "GET", "192.0.2.1", path).getStatus()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/oauth2/jwks",
                "/oauth2/status-lists",
                "/oauth2/status-lists/0",
                "/edges",
                "/sip-oauth-mode",
                "/sip-oauth-ports"
            })
    void keepsNoDocumentFromASipServerForThePhonesBehindItsAddress(String path) throws Exception {
        while (status("192.0.2.1", "/oauth2/token") == 200) {
            // fills it
        }
        for (int i = 0; i < BURST; i++) {
            assertThat(ask(rates, "GET", "192.0.2.1", path).getStatus()).isEqualTo(200);
        }
        assertThat(ask(rates, "GET", "192.0.2.1", path).getStatus()).isEqualTo(429);
        assertThat(turnedAway("documents")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "0:0:0:0:0:0:0:1"})
    void countsNothingOfThisMachine(String address) throws Exception {
        for (int i = 0; i < 2 * BURST; i++) {
            assertThat(status(address, "/oauth2/token")).isEqualTo(200);
        }
    }

    @Test
    void countsNothingWhereItIsTurnedOff() throws Exception {
        RequestRates off = new RequestRates(new Settings.Requests(0, 1), clock, meters);

        assertThat(ask(off, "192.0.2.1", "/oauth2/par").getStatus()).isEqualTo(200);
        assertThat(ask(off, "192.0.2.1", "/oauth2/par").getStatus()).isEqualTo(200);
    }

    private double turnedAway(String limit) {
        return meters.counter("sipoauth.requests.turned.away", "limit", limit).count();
    }

    private int status(String address, String path) throws Exception {
        return ask(address, path).getStatus();
    }

    private MockHttpServletResponse ask(String address, String path) throws Exception {
        return ask(rates, address, path);
    }

    private static MockHttpServletResponse ask(RequestRates rates, String address, String path) throws Exception {
        return ask(rates, "POST", address, path);
    }

    private static MockHttpServletResponse ask(RequestRates rates, String method, String address, String path)
            throws Exception {
        MockHttpServletRequest request = new MockHttpServletRequest(method, path);
        request.setServletPath(URI.create(path).getPath()); // decoded, as the servlet container has it
        request.setRemoteAddr(address);
        MockHttpServletResponse response = new MockHttpServletResponse();
        rates.doFilter(request, response, new MockFilterChain());
        return response;
    }
}

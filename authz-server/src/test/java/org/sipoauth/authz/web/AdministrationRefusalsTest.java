package org.sipoauth.authz.web;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sipoauth.authz.audit.Audit;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;

class AdministrationRefusalsTest {
    private static final Clock NOON = Clock.fixed(Instant.parse("2026-01-31T12:00:00Z"), ZoneOffset.UTC);

    private final List<String> kept = new ArrayList<>();
    private final AdministrationRefusals refusals = new AdministrationRefusals(new Audit(NOON, kept::add));

    @AfterEach
    void signOut() {
        SecurityContextHolder.clearContext();
    }

    @Test
    void areRecordedOfNobodyKnownWithoutWhatTheySent() throws Exception {
        refuse("/console/keys", 401, null);
        refuse("/admin/api/v1/users", 401, null);
        refuse("/admin/api/v1/users", 401, "Bearer error=\"invalid_token\"");

        assertThat(kept)
                .containsExactly(
                        record("console_refused", "signed_out", "/console/keys"),
                        record("administration_refused", "no_token", "/admin/api/v1/users"),
                        record("administration_refused", "invalid_token", "/admin/api/v1/users"));
    }

    @Test
    void areRecordedOnceAMinuteOfWhoIsKnownWhateverTheyAskFor() throws Exception {
        SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken("monitoring", "", "any"));
        for (int i = 0; i < 10; i++) {
            refuse("/admin/api/v1/devices/CSF" + i, 403, null);
        }

        assertThat(kept)
                .singleElement()
                .asString()
                .contains("\"by\":\"monitoring\"", "\"outcome\":\"insufficient_scope\"", "/CSF0\"");
    }

    private void refuse(String path, int status, String challenge) throws ServletException, IOException {
        MockHttpServletRequest request = new MockHttpServletRequest("GET", path);
        request.setQueryString("secret=in-the-query");
        request.addHeader("Authorization", "Bearer made-up");
        request.setRemoteAddr("192.0.2.7");
        refusals.doFilter(request, new MockHttpServletResponse(), (asked, answer) -> {
            HttpServletResponse response = (HttpServletResponse) answer;
            response.setStatus(status);
            if (challenge != null) {
                response.addHeader("WWW-Authenticate", challenge);
            }
        });
    }

    private static String record(String event, String outcome, String path) {
        return "{\"event\":\"" + event + "\",\"outcome\":\"" + outcome + "\",\"method\":\"GET\",\"path\":\"" + path
                + "\",\"address\":\"192.0.2.7\",\"at\":\"2026-01-31T12:00:00Z\"}";
    }
}

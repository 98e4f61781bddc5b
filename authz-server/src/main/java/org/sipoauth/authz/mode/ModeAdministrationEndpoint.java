package org.sipoauth.authz.mode;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.settings.Settings.SipOauthMode;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Switches the mode. Phones have it with their next configuration file, registrars with their next poll. */
@RestController
@RequestMapping("/admin/api/v1/sip-oauth-mode")
final class ModeAdministrationEndpoint {
    private static final String RETRY_AFTER_SECONDS = "5";

    private final ModeStore store;

    ModeAdministrationEndpoint(ModeStore store) {
        this.store = store;
    }

    @GetMapping
    Map<String, Object> show() {
        return store.load().json();
    }

    /** @param body {@code mode}: {@code enabled} or {@code disabled} */
    @PutMapping
    Map<String, Object> change(@RequestBody Map<String, @Nullable Object> body, Authentication who) {
        return store.change(mode(body), who.getName()).json();
    }

    private static SipOauthMode mode(Map<String, @Nullable Object> body) {
        for (SipOauthMode mode : SipOauthMode.values()) {
            if (body.equals(new ModeInForce(mode, Optional.empty()).json())) {
                return mode;
            }
        }
        throw new IllegalArgumentException(explain());
    }

    @ExceptionHandler
    ProblemDetail misunderstood(IllegalArgumentException wrong) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, String.valueOf(wrong.getMessage()));
    }

    @ExceptionHandler
    ProblemDetail unreadable(HttpMessageNotReadableException noJson) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, explain());
    }

    /** Redis is away, or its replicas did not confirm. */
    @ExceptionHandler
    ResponseEntity<ProblemDetail> storeAway(DataAccessException away) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(
                HttpStatus.SERVICE_UNAVAILABLE,
                "the store did not confirm it; the mode may be changed already: send the same request again");
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .body(problem);
    }

    private static String explain() {
        return "send {\"mode\":\"enabled\"} or {\"mode\":\"disabled\"} and nothing else";
    }
}

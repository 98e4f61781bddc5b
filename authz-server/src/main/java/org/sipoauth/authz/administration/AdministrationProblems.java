package org.sipoauth.authz.administration;

import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.redis.RecordChanged;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/**
 * The problem documents of {@link AdministrationEndpoint}; Spring has those for requests that are no good as HTTP. Before the
 * pages of the console, in whose package there is such an endpoint.
 */
@Order(0)
@RestControllerAdvice(annotations = AdministrationEndpoint.class)
final class AdministrationProblems extends ResponseEntityExceptionHandler {
    private static final String RETRY_AFTER_SECONDS = "5";

    @ExceptionHandler
    ProblemDetail refused(RequestRefused refused) {
        return ProblemDetail.forStatusAndDetail(refused.status(), String.valueOf(refused.getMessage()));
    }

    @ExceptionHandler
    ProblemDetail misunderstood(IllegalArgumentException wrong) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, String.valueOf(wrong.getMessage()));
    }

    @ExceptionHandler
    ProblemDetail changed(RecordChanged changed) {
        return ProblemDetail.forStatusAndDetail(
                HttpStatus.PRECONDITION_FAILED,
                "it is not as If-Match or If-None-Match says: read it again, and decide with what it is now");
    }

    /** Redis is away, its replicas did not confirm, or others changed the same all the while. */
    @ExceptionHandler
    ResponseEntity<ProblemDetail> storeAway(DataAccessException away) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(
                HttpStatus.SERVICE_UNAVAILABLE,
                "the store did not confirm it; what was asked for may be done already: send the same request again");
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .body(problem);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException unreadable,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(
                status, "the body is not what this request takes: one JSON object, in UTF-8, as the manual shows it");
        return handleExceptionInternal(unreadable, problem, headers, status, request);
    }
}

package org.sipoauth.authz.administration;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import tools.jackson.databind.json.JsonMapper;

/**
 * The problem document (RFC 9457) of a request that came to no endpoint: a path that there is not, a method or a type of
 * content that nothing there takes, a path that is no good.
 */
final class UnhandledErrors implements Filter {
    private static final JsonMapper JSON = new JsonMapper();

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI) instanceof String path
                && request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer status
                && path.startsWith(AdministrationEndpoint.PATH + "/")
                && response instanceof HttpServletResponse answer) {
            send(HttpStatus.valueOf(status), answer);
        } else {
            chain.doFilter(request, response);
        }
    }

    static void send(HttpStatus status, HttpServletResponse response) throws IOException {
        response.setStatus(status.value());
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.setHeader("X-Content-Type-Options", "nosniff"); // Spring Security may not have come to that
        response.getOutputStream().write(problem(status).getBytes(StandardCharsets.UTF_8));
    }

    private static String problem(HttpStatus status) {
        Map<String, Object> problem = new LinkedHashMap<>();
        problem.put("title", status.getReasonPhrase());
        problem.put("status", status.value());
        problem.put("detail", detail(status));
        return JSON.writeValueAsString(problem);
    }

    private static String detail(HttpStatus status) {
        String document = AdministrationEndpoint.PATH + "/openapi.yaml";
        return switch (status) {
            case NOT_FOUND -> "there is nothing at this path: the paths are in " + document;
            case METHOD_NOT_ALLOWED -> "this path does not take this method: Allow names those it takes";
            case UNSUPPORTED_MEDIA_TYPE -> "this path takes another Content-Type: " + document + " says which";
            case CONTENT_TOO_LARGE -> "a body has at most " + RequestLimits.MOST_BYTES + " bytes: send less";
            default ->
                status.is5xxServerError()
                        ? "the server failed, and its log says why"
                        : "this is no request as " + document + " describes it";
        };
    }
}

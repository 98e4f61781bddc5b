package org.sipoauth.authz.web;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;

/** An error in JSON (RFC 6749 §5.2), for a request that comes to no endpoint. */
final class ErrorAnswer {
    private ErrorAnswer() {}

    /** @param description of characters that JSON takes as they are */
    static void send(HttpStatus status, String error, String description, HttpServletResponse response)
            throws IOException {
        response.setStatus(status.value());
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        String json = "{\"error\":\"" + error + "\",\"error_description\":\"" + description + "\"}";
        response.getOutputStream().write(json.getBytes(StandardCharsets.UTF_8));
    }
}

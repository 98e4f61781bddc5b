package org.sipoauth.authz.web;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;

/** Requests for tokens (RFC 6749 §3.2), for which this server is there before all others. */
final class TokenRequests {
    private TokenRequests() {}

    /** @param path decoded; null: it cannot be */
    static boolean isOne(String method, @Nullable String path) {
        return HttpMethod.POST.matches(method) && "/oauth2/token".equals(path);
    }
}

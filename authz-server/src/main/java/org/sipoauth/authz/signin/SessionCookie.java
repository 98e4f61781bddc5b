package org.sipoauth.authz.signin;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.List;
import org.springframework.session.web.http.CookieSerializer;
import org.springframework.session.web.http.DefaultCookieSerializer;

/** {@code HttpOnly}, {@code SameSite=Lax} and over TLS {@code Secure}; gone with the browser unless it is to be remembered. */
final class SessionCookie implements CookieSerializer {
    private final DefaultCookieSerializer spring = new DefaultCookieSerializer();
    private final int rememberedSeconds;

    SessionCookie(Duration remembered) {
        this.rememberedSeconds = Math.toIntExact(remembered.toSeconds());
    }

    @Override
    public void writeCookieValue(CookieValue cookie) {
        if (cookie.getRequest().getAttribute(SignInMemory.REMEMBERED) != null
                && !cookie.getCookieValue().isEmpty()) {
            cookie.setCookieMaxAge(rememberedSeconds);
        }
        spring.writeCookieValue(cookie);
    }

    @Override
    public List<String> readCookieValues(HttpServletRequest request) {
        return spring.readCookieValues(request);
    }
}

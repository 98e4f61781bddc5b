package org.sipoauth.authz.signin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.session.MapSession;

/**
 * How long a browser stays signed in: with the box ticked to a fixed end, else as long as it is used.
 */
final class SignInMemory {
    static final String REMEMBERED = SignInMemory.class.getName();

    private static final String END = "end";

    private SignInMemory() {}

    /** Keeps the sign-in for so long, used or not; its cookie outlives the browser. Nothing if that is no time. */
    static void keep(HttpServletRequest request, Instant now, Duration life) {
        if (life.compareTo(Duration.ZERO) > 0) {
            HttpSession session = request.getSession();
            session.setMaxInactiveInterval(Math.toIntExact(life.toSeconds()));
            session.setAttribute(END, now.plus(life).toEpochMilli());
            request.setAttribute(REMEMBERED, true);
        }
    }

    /** Whether a remembered sign-in has come to its end, however recently it was used. */
    static boolean isOver(MapSession session, Instant now) {
        return session.getAttribute(END) instanceof Long end && now.toEpochMilli() >= end;
    }

    /** For the page; absent if nobody is to be remembered. */
    static @Nullable String words(Duration life) {
        if (life.compareTo(Duration.ZERO) <= 0) {
            return null;
        }
        return life.toMinutes() % 60 == 0 ? life.toHours() + " hours" : life.toMinutes() + " minutes";
    }
}

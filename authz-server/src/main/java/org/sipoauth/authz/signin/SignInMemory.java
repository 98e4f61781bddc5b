package org.sipoauth.authz.signin;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.subscriber.Account;
import org.sipoauth.authz.subscriber.Accounts;
import org.springframework.session.MapSession;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * How long a browser stays signed in: with the box ticked to a fixed end, else as long as it is used; and in any case only
 * while the password is the one it was signed in with.
 */
final class SignInMemory extends OncePerRequestFilter {
    static final String REMEMBERED = SignInMemory.class.getName();

    private static final String ACCOUNT = "account";
    private static final String PASSWORD = "password";
    private static final String END = "end";

    private final Accounts accounts;

    SignInMemory(Accounts accounts) {
        this.accounts = accounts;
    }

    /** To be called when somebody has signed in, or has chosen another password. */
    static void begin(HttpSession session, Account account) {
        session.setAttribute(ACCOUNT, account.name());
        session.setAttribute(PASSWORD, fingerprint(account));
    }

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

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        HttpSession session = request.getSession(false);
        if (session != null && session.getAttribute(ACCOUNT) instanceof String name && !isCurrent(session, name)) {
            session.invalidate();
        }
        chain.doFilter(request, response);
    }

    private boolean isCurrent(HttpSession session, String name) {
        return accounts.find(name)
                .filter(account -> fingerprint(account).equals(session.getAttribute(PASSWORD)))
                .isPresent();
    }

    /** The session is encrypted, but a hash of a password has no business there. */
    private static String fingerprint(Account account) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(account.passwordHash().getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }
}

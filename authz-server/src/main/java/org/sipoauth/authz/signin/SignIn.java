package org.sipoauth.authz.signin;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.subscriber.Account;
import org.sipoauth.authz.subscriber.Accounts;
import org.sipoauth.authz.subscriber.Passwords;
import org.springframework.security.authentication.dao.DaoAuthenticationProvider;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UsernameNotFoundException;
import org.springframework.security.web.authentication.SavedRequestAwareAuthenticationSuccessHandler;
import org.springframework.security.web.authentication.UsernamePasswordAuthenticationFilter;
import org.springframework.stereotype.Component;

/** Signing in with name and password, for subscribers and administrators alike. */
@Component
public final class SignIn {
    /** The sign-in page. */
    public static final String PAGE = "/login";

    static final String CHANGE_PASSWORD_PAGE = "/change-password";
    private static final String REMEMBER = "remember";
    private static final String FAILED_PAGE = PAGE + "?failed";

    private final Accounts accounts;
    private final Passwords passwords;
    private final SignInThrottle throttle;
    private final SignInMetrics metrics;
    private final Audit audit;
    private final Settings settings;
    private final Clock clock;
    private final SavedRequestAwareAuthenticationSuccessHandler onward =
            new SavedRequestAwareAuthenticationSuccessHandler();

    SignIn(
            Accounts accounts,
            Passwords passwords,
            SignInThrottle throttle,
            SignInMetrics metrics,
            Audit audit,
            Settings settings,
            Clock clock) {
        this.accounts = accounts;
        this.passwords = passwords;
        this.throttle = throttle;
        this.metrics = metrics;
        this.audit = audit;
        this.settings = settings;
        this.clock = clock;
    }

    public void configure(HttpSecurity http) {
        DaoAuthenticationProvider provider = new DaoAuthenticationProvider(this::load);
        provider.setPasswordEncoder(passwords);
        http.authenticationProvider(provider)
                .formLogin(form -> form.loginPage(PAGE)
                        .successHandler(this::signedIn)
                        .failureHandler(this::refused)
                        .permitAll())
                .logout(logout -> logout.logoutSuccessUrl(PAGE + "?signed-out"))
                .addFilterBefore(
                        new ThrottleFilter(throttle, metrics, audit), UsernamePasswordAuthenticationFilter.class)
                .addFilterAfter(new PasswordChangeFilter(), UsernamePasswordAuthenticationFilter.class);
    }

    private UserDetails load(String name) {
        return accounts.find(name)
                .map(account -> new User(
                        account.name(),
                        account.passwordHash(),
                        AuthorityUtils.createAuthorityList(SignedIn.authority(account))))
                .orElseThrow(() -> new UsernameNotFoundException("no such account"));
    }

    private void signedIn(HttpServletRequest request, HttpServletResponse response, Authentication account)
            throws IOException, ServletException {
        throttle.succeeded(account.getName(), request.getRemoteAddr());
        metrics.signedIn();
        audit.event("signed_in")
                .with("user", account.getName())
                .with("address", request.getRemoteAddr())
                .write();
        accounts.find(account.getName()).ifPresent(found -> SignInMemory.begin(request.getSession(), found));
        if (request.getParameter(REMEMBER) != null && !SignedIn.mustChangePassword(account)) {
            SignInMemory.keep(request, clock.instant(), settings.rememberedSignIn());
        }
        if (SignedIn.mustChangePassword(account)) {
            response.sendRedirect(CHANGE_PASSWORD_PAGE);
        } else {
            onward.onAuthenticationSuccess(request, response, account);
        }
    }

    private void refused(HttpServletRequest request, HttpServletResponse response, AuthenticationException why)
            throws IOException {
        String account = request.getParameter(UsernamePasswordAuthenticationFilter.SPRING_SECURITY_FORM_USERNAME_KEY);
        throttle.failed(account, request.getRemoteAddr());
        metrics.refused("credentials");
        record(account, request.getRemoteAddr(), why);
        response.sendRedirect(FAILED_PAGE);
    }

    /** A name that is no account's stays out: people type their passwords there. */
    private void record(@Nullable String name, String address, AuthenticationException why) {
        Audit.Entry entry = audit.event("sign_in_refused")
                .with("address", address)
                .with("outcome", "credentials")
                .with("detail", why.getClass().getSimpleName());
        Optional<Account> account = name == null ? Optional.empty() : accounts.find(name);
        if (account.isPresent()) {
            entry.with("user", account.get().name())
                    .with(
                            "advice",
                            "Ask whether it was them; if not, somebody is guessing, and is slowed down by itself.")
                    .keepOnceAMinute();
        } else {
            entry.write();
        }
    }
}

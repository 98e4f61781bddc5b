package org.sipoauth.authz.signin;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.directory.Directory;
import org.sipoauth.authz.federation.FederatedSignIn;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.subscriber.Account;
import org.sipoauth.authz.subscriber.Accounts;
import org.sipoauth.authz.subscriber.Passwords;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.security.authentication.AccountStatusUserDetailsChecker;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.dao.DaoAuthenticationProvider;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UsernameNotFoundException;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.authentication.SavedRequestAwareAuthenticationSuccessHandler;
import org.springframework.security.web.authentication.UsernamePasswordAuthenticationFilter;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.stereotype.Component;

/** Signing in with name and password, for subscribers and administrators alike. */
@Component
public final class SignIn {
    /** The sign-in page. */
    public static final String PAGE = "/login";

    static final String CHANGE_PASSWORD_PAGE = "/change-password";
    private static final String REMEMBER = "remember";
    private static final String FAILED_PAGE = PAGE + "?failed";
    private static final String UNAVAILABLE_PAGE = PAGE + "?unavailable";
    private static final String FAILED_ELSEWHERE_PAGE = PAGE + "?failed-elsewhere";

    private final Accounts accounts;
    private final Passwords passwords;
    private final ObjectProvider<Directory> directory;
    private final ObjectProvider<FederatedSignIn> federation;
    private final SignInThrottle throttle;
    private final SignInMetrics metrics;
    private final Audit audit;
    private final HttpSessionSecurityContextRepository sessions = new HttpSessionSecurityContextRepository();
    private final Settings settings;
    private final Clock clock;
    private final SavedRequestAwareAuthenticationSuccessHandler onward =
            new SavedRequestAwareAuthenticationSuccessHandler();

    SignIn(
            Accounts accounts,
            Passwords passwords,
            ObjectProvider<Directory> directory,
            ObjectProvider<FederatedSignIn> federation,
            SignInThrottle throttle,
            SignInMetrics metrics,
            Audit audit,
            Settings settings,
            Clock clock) {
        this.accounts = accounts;
        this.passwords = passwords;
        this.directory = directory;
        this.federation = federation;
        this.throttle = throttle;
        this.metrics = metrics;
        this.audit = audit;
        this.settings = settings;
        this.clock = clock;
    }

    public void configure(HttpSecurity http) {
        http.authenticationProvider(passwordCheck())
                .formLogin(form -> form.loginPage(PAGE)
                        .successHandler(this::signedIn)
                        .failureHandler(this::refused)
                        .permitAll())
                .logout(logout -> logout.logoutSuccessUrl(PAGE + "?signed-out"))
                .addFilterBefore(
                        new ThrottleFilter(throttle, metrics, audit), UsernamePasswordAuthenticationFilter.class)
                .addFilterAfter(new PasswordChangeFilter(), UsernamePasswordAuthenticationFilter.class);
        federation.ifAvailable(
                provider -> provider.configure(http, PAGE, this::signedInElsewhere, this::refusedElsewhere));
    }

    private AuthenticationProvider passwordCheck() {
        DaoAuthenticationProvider local = new DaoAuthenticationProvider(this::load);
        local.setPasswordEncoder(passwords);
        local.setPreAuthenticationChecks(anybody -> {}); // a disabled account is known by nothing but its password
        local.setPostAuthenticationChecks(new AccountStatusUserDetailsChecker());
        Directory elsewhere = directory.getIfAvailable();
        return elsewhere == null ? local : new DirectoryPasswords(accounts, elsewhere, local);
    }

    private UserDetails load(String name) {
        return accounts.find(name)
                .filter(Account::hasPassword)
                .map(account -> User.withUsername(account.name())
                        .password(account.passwordHash())
                        .authorities(SignedIn.authorities(account))
                        .disabled(!account.enabled())
                        .build())
                .orElseThrow(() -> new UsernameNotFoundException("no such account"));
    }

    private void signedIn(HttpServletRequest request, HttpServletResponse response, Authentication account)
            throws IOException, ServletException {
        ThrottleFilter.attempt(request).ifPresent(attempt -> throttle.succeeded(attempt, request, response));
        metrics.signedIn();
        audit.event("signed_in")
                .with("user", account.getName())
                .with("address", request.getRemoteAddr())
                .write();
        if (request.getParameter(REMEMBER) != null && !SignedIn.mustChangePassword(account)) {
            SignInMemory.keep(request, clock.instant(), settings.rememberedSignIn());
        }
        if (SignedIn.mustChangePassword(account)) {
            response.sendRedirect(CHANGE_PASSWORD_PAGE);
        } else {
            onward.onAuthenticationSuccess(request, response, account);
        }
    }

    /** From here on as if they had typed a password: the session holds a name and nothing of the provider's. */
    private void signedInElsewhere(HttpServletRequest request, HttpServletResponse response, Authentication person)
            throws IOException, ServletException {
        Account account = accounts.find(person.getName()).orElseThrow();
        Authentication signedIn = SignedIn.at(account, provedAt(person));
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(signedIn);
        SecurityContextHolder.setContext(context);
        sessions.saveContext(context, request, response);
        signedIn(request, response, signedIn);
    }

    /** {@code auth_time}, which may be long ago where somebody was signed in at the provider already; now if it names none. */
    private Instant provedAt(Authentication person) {
        Instant now = clock.instant();
        Instant said = person.getPrincipal() instanceof OidcUser user ? user.getAuthenticatedAt() : null;
        return said == null || said.isAfter(now) ? now : said;
    }

    private void refusedElsewhere(HttpServletRequest request, HttpServletResponse response, AuthenticationException why)
            throws IOException {
        if (FederatedSignIn.isAway(why)) {
            unavailable(request, response, why);
            return;
        }
        metrics.refused("provider");
        audit.event("sign_in_refused")
                .with("outcome", "provider")
                .with(
                        "detail",
                        why instanceof OAuth2AuthenticationException refusal
                                ? refusal.getError().getErrorCode()
                                : why.getClass().getSimpleName())
                .keepOfNobody(request.getRemoteAddr());
        response.sendRedirect(FAILED_ELSEWHERE_PAGE);
    }

    private void refused(HttpServletRequest request, HttpServletResponse response, AuthenticationException why)
            throws IOException {
        if (why instanceof AuthenticationServiceException) { // nobody has said that the password is wrong
            ThrottleFilter.attempt(request).ifPresent(throttle::unjudged);
            unavailable(request, response, why);
            return;
        }
        String account = request.getParameter(UsernamePasswordAuthenticationFilter.SPRING_SECURITY_FORM_USERNAME_KEY);
        metrics.refused("credentials");
        record(account, request.getRemoteAddr(), why);
        response.sendRedirect(FAILED_PAGE);
    }

    private void unavailable(HttpServletRequest request, HttpServletResponse response, AuthenticationException why)
            throws IOException {
        metrics.refused("unavailable");
        audit.event("sign_in_refused")
                .with("outcome", "unavailable")
                .with("detail", String.valueOf(why.getMessage()))
                .with("advice", "See why the directory or provider gives no answer; local accounts sign in meanwhile.")
                .keepOfNobody(request.getRemoteAddr());
        response.sendRedirect(UNAVAILABLE_PAGE);
    }

    /** A name that is no account's stays out: people type their passwords there. */
    private void record(@Nullable String name, String address, AuthenticationException why) {
        Audit.Entry entry = audit.event("sign_in_refused")
                .with("outcome", "credentials")
                .with(
                        "detail",
                        why instanceof DirectoryRefused refusal
                                ? refusal.why()
                                : why.getClass().getSimpleName());
        Optional<Account> account = name == null ? Optional.empty() : accounts.find(name);
        if (account.isPresent()) {
            entry.with("address", address)
                    .with("user", account.get().name())
                    .with(
                            "advice",
                            "Ask whether it was them; if not, somebody is guessing, and is slowed down by itself.")
                    .keepOnceAMinute();
        } else {
            entry.keepOfNobody(address);
        }
    }
}

package org.sipoauth.authz.signin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.subscriber.Account;
import org.sipoauth.authz.subscriber.Accounts;
import org.sipoauth.authz.subscriber.Passwords;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;
import org.springframework.security.web.savedrequest.SavedRequest;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The pages people see: sign in, change the password, and where they are if they came without an errand. */
@Controller
final class SignInPages {
    /** NIST SP 800-63B §5.1.1.2 asks for 8 at least; long ones cost a hash, not more. */
    private static final int SHORTEST_PASSWORD = 12;

    private static final int LONGEST_PASSWORD = 200;

    private final Accounts accounts;
    private final Passwords passwords;
    private final Audit audit;
    private final Settings settings;
    private final HttpSessionSecurityContextRepository sessions = new HttpSessionSecurityContextRepository();
    private final HttpSessionRequestCache errands = new HttpSessionRequestCache();

    SignInPages(Accounts accounts, Passwords passwords, Audit audit, Settings settings) {
        this.accounts = accounts;
        this.passwords = passwords;
        this.audit = audit;
        this.settings = settings;
    }

    @GetMapping(SignIn.PAGE)
    String signInPage(HttpServletRequest request, Model model) {
        model.addAttribute("failed", request.getParameter("failed") != null);
        model.addAttribute("remembered", SignInMemory.words(settings.rememberedSignIn()));
        model.addAttribute("signedOut", request.getParameter("signed-out") != null);
        return "login";
    }

    @GetMapping("/logout")
    String signOutPage(Authentication account, Model model) {
        model.addAttribute("account", account.getName());
        return "sign-out";
    }

    @GetMapping("/")
    String home(Authentication account, Model model) {
        model.addAttribute("account", account.getName());
        return "home";
    }

    @GetMapping(SignIn.CHANGE_PASSWORD_PAGE)
    String changePasswordPage(Authentication account, Model model) {
        model.addAttribute("account", account.getName());
        model.addAttribute("shortest", SHORTEST_PASSWORD);
        return "change-password";
    }

    @PostMapping(SignIn.CHANGE_PASSWORD_PAGE)
    @Nullable
    String changePassword(
            @RequestParam String current,
            @RequestParam String chosen,
            @RequestParam String again,
            Authentication signedIn,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        Optional<Account> account = accounts.find(signedIn.getName());
        Optional<String> objection = account.isEmpty()
                ? Optional.of("This account no longer exists.")
                : objection(account.get(), current, chosen, again);
        if (objection.isPresent()) {
            model.addAttribute("objection", objection.get());
            return changePasswordPage(signedIn, model);
        }
        accounts.changePassword(signedIn.getName(), chosen);
        audit.event("password_changed").with("user", signedIn.getName()).keep();
        request.changeSessionId();
        signInAgain(signedIn.getName(), request, response);
        SavedRequest errand = errands.getRequest(request, response);
        response.sendRedirect(errand == null ? "/" : errand.getRedirectUrl());
        return null;
    }

    private Optional<String> objection(Account account, String current, String chosen, String again) {
        if (!passwords.matches(current, account.passwordHash())) {
            return Optional.of("The current password is not right.");
        }
        if (!chosen.equals(again)) {
            return Optional.of("The two new passwords differ.");
        }
        if (chosen.length() < SHORTEST_PASSWORD || chosen.length() > LONGEST_PASSWORD) {
            return Optional.of("A password has " + SHORTEST_PASSWORD + " to " + LONGEST_PASSWORD + " characters.");
        }
        return chosen.equals(current) || chosen.equalsIgnoreCase(account.name())
                ? Optional.of("Choose one that is neither the current one nor your name.")
                : Optional.empty();
    }

    /** From now on with everything the account may do. */
    private void signInAgain(String name, HttpServletRequest request, HttpServletResponse response) {
        Account account = accounts.find(name).orElseThrow();
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(UsernamePasswordAuthenticationToken.authenticated(
                name, null, AuthorityUtils.createAuthorityList(SignedIn.authority(account))));
        SecurityContextHolder.setContext(context);
        SignInMemory.begin(request.getSession(), account);
        sessions.saveContext(context, request, response);
    }
}

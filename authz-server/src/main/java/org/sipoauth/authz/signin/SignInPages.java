package org.sipoauth.authz.signin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.federation.FederatedSignIn;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.subscriber.Account;
import org.sipoauth.authz.subscriber.Accounts;
import org.sipoauth.authz.subscriber.PasswordRules;
import org.sipoauth.authz.subscriber.Passwords;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.security.core.Authentication;
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
    private final Accounts accounts;
    private final Passwords passwords;
    private final PasswordRules rules;
    private final SignInThrottle throttle;
    private final ObjectProvider<FederatedSignIn> federation;
    private final Audit audit;
    private final Settings settings;
    private final HttpSessionSecurityContextRepository sessions = new HttpSessionSecurityContextRepository();
    private final HttpSessionRequestCache errands = new HttpSessionRequestCache();

    SignInPages(
            Accounts accounts,
            Passwords passwords,
            PasswordRules rules,
            SignInThrottle throttle,
            ObjectProvider<FederatedSignIn> federation,
            Audit audit,
            Settings settings) {
        this.federation = federation;
        this.accounts = accounts;
        this.passwords = passwords;
        this.rules = rules;
        this.throttle = throttle;
        this.audit = audit;
        this.settings = settings;
    }

    @GetMapping(SignIn.PAGE)
    String signInPage(HttpServletRequest request, Model model) {
        model.addAttribute("failed", request.getParameter("failed") != null);
        model.addAttribute("failedElsewhere", request.getParameter("failed-elsewhere") != null);
        federation.ifAvailable(provider -> {
            model.addAttribute("elsewhere", FederatedSignIn.START);
            model.addAttribute("elsewhereButton", provider.button());
        });
        model.addAttribute("unavailable", request.getParameter("unavailable") != null);
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
        if (SignedIn.isAdministrator(account)) {
            return "redirect:/console";
        }
        model.addAttribute("account", account.getName());
        model.addAttribute(
                "hasPassword",
                accounts.find(account.getName()).filter(Account::hasPassword).isPresent());
        return "home";
    }

    @GetMapping(SignIn.CHANGE_PASSWORD_PAGE)
    String changePasswordPage(Authentication account, Model model) {
        model.addAttribute("account", account.getName());
        model.addAttribute("shortest", PasswordRules.SHORTEST);
        model.addAttribute("longest", PasswordRules.LONGEST);
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
        Optional<String> objection = change(signedIn.getName(), current, chosen, again, request, response);
        if (objection.isPresent()) {
            model.addAttribute("objection", objection.get());
            return changePasswordPage(signedIn, model);
        }
        SavedRequest errand = errands.getRequest(request, response);
        response.sendRedirect(errand == null ? "/" : errand.getRedirectUrl());
        return null;
    }

    /** Who has found a browser that is signed in guesses here no faster than at the sign-in. */
    private Optional<String> change(
            String name,
            String current,
            String chosen,
            String again,
            HttpServletRequest request,
            HttpServletResponse response) {
        SignInThrottle.Attempt attempt = throttle.begin(name, request);
        if (attempt.delay().isPresent()) {
            return Optional.of(
                    "Too many attempts. Wait " + (attempt.delay().get().toMinutes() + 1) + " minutes, and try again.");
        }
        Optional<Account> account = accounts.find(name);
        if (account.isPresent() && !account.get().hasPassword()) {
            return Optional.of("The password of this account is not kept here. Change it where you have it from.");
        }
        if (account.isEmpty() || !passwords.matches(current, account.get().passwordHash())) {
            return Optional.of("The current password is not right.");
        }
        throttle.succeeded(attempt, request, response);
        Optional<String> objection = objection(account.get(), current, chosen, again);
        if (objection.isEmpty()) {
            accounts.changePassword(name, chosen);
            audit.event("password_changed").with("user", name).keep();
            request.changeSessionId();
            signInAgain(name, request, response);
        }
        return objection;
    }

    private Optional<String> objection(Account account, String current, String chosen, String again) {
        if (!chosen.equals(again)) {
            return Optional.of("The two new passwords differ.");
        }
        return chosen.equals(current)
                ? Optional.of("Choose one that is not the current one.")
                : rules.objection(chosen, account.name());
    }

    /** From now on with everything the account may do. */
    private void signInAgain(String name, HttpServletRequest request, HttpServletResponse response) {
        Account account = accounts.find(name).orElseThrow();
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(SignedIn.now(account));
        SecurityContextHolder.setContext(context);
        sessions.saveContext(context, request, response);
    }
}

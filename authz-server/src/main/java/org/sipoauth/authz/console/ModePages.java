package org.sipoauth.authz.console;

import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import org.sipoauth.authz.mode.ModeInForce;
import org.sipoauth.authz.mode.ModeStore;
import org.sipoauth.authz.redis.Expected;
import org.sipoauth.authz.settings.Settings.SipOauthMode;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The SIP OAuth mode of the platform. */
@Controller
final class ModePages {
    private static final String PATH = "/console/mode";

    private final ModeStore store;
    private final Clock clock;

    ModePages(ModeStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    @GetMapping(PATH)
    String show(Model model) {
        Instant now = clock.instant();
        ModeInForce mode = store.load();
        model.addAttribute("enabled", mode.isEnabled());
        model.addAttribute("changed", mode.changedAt().map(at -> Moment.of(at, now)));
        return "console/mode";
    }

    /** Asks before it is switched for a whole platform. */
    @GetMapping(PATH + "/change")
    String confirm(@RequestParam String to, Model model) {
        model.addAttribute("to", read(to) == SipOauthMode.ENABLED ? "enabled" : "disabled");
        return "console/mode-change";
    }

    @PostMapping(PATH + "/change")
    String change(@RequestParam String to, Authentication who, RedirectAttributes next) {
        ModeInForce mode = store.change(read(to), Expected.ANYTHING, who.getName());
        next.addFlashAttribute("done", "SIP OAuth mode is " + (mode.isEnabled() ? "enabled." : "disabled."));
        return "redirect:" + PATH;
    }

    private static SipOauthMode read(String to) {
        try {
            return SipOauthMode.valueOf(to.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException noMode) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST);
        }
    }
}

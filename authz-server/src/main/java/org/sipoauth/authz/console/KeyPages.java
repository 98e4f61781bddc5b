package org.sipoauth.authz.console;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sipoauth.authz.signing.KeyAdministration;
import org.sipoauth.authz.signing.ListedKey;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The key ring, and its two changes by hand: each says what it will do before it does it. */
@Controller
final class KeyPages {
    private static final String PATH = "/console/keys";
    private static final String BACK = "redirect:" + PATH;

    private final KeyAdministration keys;
    private final Clock clock;

    KeyPages(KeyAdministration keys, Clock clock) {
        this.keys = keys;
        this.clock = clock;
    }

    /** The keys of one use. */
    record Group(String use, String title, String purpose, KeyTimeline timeline, Optional<Moment> rotatableAt) {}

    @GetMapping(PATH)
    String list(Model model) {
        Instant now = clock.instant();
        List<Group> groups = new ArrayList<>();
        for (KeyUses use : KeyUses.values()) {
            List<ListedKey> ofUse = ofUse(use.label());
            groups.add(new Group(
                    use.label(),
                    use.title(),
                    use.purpose(),
                    KeyTimeline.of(ofUse, now),
                    tooYoungUntil(ofUse, now).map(at -> Moment.of(at, now))));
        }
        model.addAttribute("groups", groups);
        return "console/keys";
    }

    /** Asks before a rotation. */
    @GetMapping(PATH + "/rotate")
    String confirmRotation(@RequestParam String use, Model model) {
        Instant now = clock.instant();
        List<ListedKey> ofUse = ofUse(requireUse(use).label());
        model.addAttribute("use", use);
        model.addAttribute("title", KeyUses.title(use));
        model.addAttribute("active", inState(ofUse, "active"));
        model.addAttribute("successor", inState(ofUse, "published"));
        model.addAttribute("rotatableAt", tooYoungUntil(ofUse, now).map(at -> Moment.of(at, now)));
        return "console/key-rotate";
    }

    @PostMapping(PATH + "/rotate")
    String rotate(@RequestParam String use, Authentication who, RedirectAttributes next) {
        String title = requireUse(use).title();
        try {
            keys.rotate(use, who.getName());
            next.addFlashAttribute("done", "The " + title + " key was rotated. No token was lost.");
        } catch (IllegalStateException tooEarly) {
            next.addFlashAttribute("objection", "Not rotated: " + tooEarly.getMessage() + ".");
        }
        return BACK;
    }

    /** Asks before a key is withdrawn. */
    @GetMapping(PATH + "/revoke")
    String confirmRevocation(@RequestParam String kid, Model model) {
        ListedKey key = requireKey(kid);
        model.addAttribute("key", key);
        model.addAttribute("title", KeyUses.title(key.use()));
        model.addAttribute("cost", KeyUses.of(key.use()).costOfRevoking());
        model.addAttribute("active", key.state().equals("active"));
        model.addAttribute("unused", key.state().equals("published"));
        return "console/key-revoke";
    }

    @PostMapping(PATH + "/revoke")
    String revoke(@RequestParam String kid, Authentication who, RedirectAttributes next) {
        ListedKey key = requireKey(kid);
        keys.revoke(kid, who.getName());
        next.addFlashAttribute(
                "done",
                "The " + KeyUses.title(key.use()) + " key " + kid + " is revoked"
                        + (key.state().equals("active") ? ", and its successor has taken over." : "."));
        return BACK;
    }

    private List<ListedKey> ofUse(String use) {
        return keys.keys().stream().filter(key -> key.use().equals(use)).toList();
    }

    private ListedKey requireKey(String kid) {
        return keys.keys().stream()
                .filter(key -> key.kid().equals(kid))
                .filter(key -> !key.state().equals("revoked"))
                .findFirst()
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }

    private static KeyUses requireUse(String use) {
        try {
            return KeyUses.of(use);
        } catch (IllegalArgumentException unknown) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST);
        }
    }

    /** Empty if the successor may take over now. */
    private static Optional<Instant> tooYoungUntil(List<ListedKey> ofUse, Instant now) {
        return inState(ofUse, "published").map(ListedKey::usableAt).filter(at -> at.isAfter(now));
    }

    private static Optional<ListedKey> inState(List<ListedKey> ofUse, String state) {
        return ofUse.stream().filter(key -> key.state().equals(state)).findFirst();
    }
}

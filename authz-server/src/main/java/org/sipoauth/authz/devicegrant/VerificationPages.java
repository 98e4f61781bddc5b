package org.sipoauth.authz.devicegrant;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.audit.Concerned;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.device.DeviceType;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.devicegrant.DeviceCodes.Decision;
import org.sipoauth.authz.devicegrant.DeviceCodes.Outcome;
import org.sipoauth.authz.devicegrant.UserCodeThrottle.Attempt;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;

/**
 * Where a subscriber enters the code that a phone shows, sees what the phone asked for, and decides (RFC 8628 §3.3). An
 * address that holds the code saves the typing, never the decision (§5.4).
 *
 * <p>A code is worth something to the owner of the phone alone: to anybody else it is answered like one that there is
 * not. So whoever guesses a code can neither take the phone over nor keep its owner from it.
 */
@Controller
final class VerificationPages {
    private static final DateTimeFormatter UTC = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final DeviceCodes codes;
    private final Devices devices;
    private final UserCodeThrottle throttle;
    private final Clock clock;
    private final Audit audit;
    private final MeterRegistry meters;

    VerificationPages(
            DeviceCodes codes,
            Devices devices,
            UserCodeThrottle throttle,
            Clock clock,
            Audit audit,
            MeterRegistry meters) {
        this.codes = codes;
        this.devices = devices;
        this.throttle = throttle;
        this.clock = clock;
        this.audit = audit;
        this.meters = meters;
    }

    /** What a code stands for, and the phone of the subscriber who entered it. */
    private record Found(UserCode code, Authorization asked, Device device) {}

    @GetMapping(VerificationAddress.PAGE)
    String page(
            @RequestParam(name = "user_code", defaultValue = "") String typed,
            Authentication subscriber,
            Model model,
            HttpServletRequest request) {
        if (typed.isBlank()) {
            return "device";
        }
        String address = request.getRemoteAddr();
        Supplier<Attempt> begin = () -> throttle.beginByLink(subscriber.getName(), address);
        return show(find(typed, begin, subscriber, model, request), subscriber, model, request);
    }

    @PostMapping(VerificationAddress.PAGE)
    String enter(
            @RequestParam("user_code") String typed,
            Authentication subscriber,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response) {
        Supplier<Attempt> begin = () -> begin(subscriber, request, response);
        return show(find(typed, begin, subscriber, model, request), subscriber, model, request);
    }

    private String show(Optional<Found> found, Authentication subscriber, Model model, HttpServletRequest request) {
        if (found.isEmpty()) {
            return "device";
        }
        Authorization asked = found.get().asked();
        model.addAttribute("account", subscriber.getName());
        model.addAttribute("code", found.get().code().shown());
        model.addAttribute("asked", asked);
        model.addAttribute("device", found.get().device());
        model.addAttribute("time", UTC.format(asked.begun()));
        model.addAttribute("age", age(Duration.between(asked.begun(), clock.instant())));
        model.addAttribute("elsewhere", !asked.address().equals(request.getRemoteAddr()));
        model.addAttribute("here", request.getRemoteAddr());
        return "device-confirm";
    }

    @PostMapping(VerificationAddress.PAGE + "/decision")
    String decide(
            @RequestParam("user_code") String typed,
            @RequestParam("decision") String button,
            Authentication subscriber,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response) {
        Decision decision = decision(button);
        Supplier<Attempt> begin = () -> begin(subscriber, request, response);
        Optional<Found> found = find(typed, begin, subscriber, model, request);
        if (found.isEmpty()) {
            return "device";
        }
        Outcome outcome = codes.decide(found.get().code(), decision, subscriber.getName(), clock.instant());
        if (outcome != Outcome.DONE) {
            model.addAttribute("objection", "The code has just expired, or somebody has decided on it already.");
            return "device";
        }
        record(decision, found.get(), subscriber, request);
        model.addAttribute("device", found.get().device());
        model.addAttribute("approved", decision == Decision.APPROVED);
        return "device-decided";
    }

    private static Decision decision(String button) {
        return switch (button) {
            case "approve" -> Decision.APPROVED;
            case "deny" -> Decision.DENIED;
            default -> throw new ResponseStatusException(HttpStatus.BAD_REQUEST);
        };
    }

    /** @throws ResponseStatusException if it has to wait */
    private Attempt begin(Authentication subscriber, HttpServletRequest request, HttpServletResponse response) {
        Attempt attempt = throttle.begin(subscriber.getName(), request.getRemoteAddr());
        attempt.delay().ifPresent(delay -> {
            refused("too_many", subscriber, request);
            response.setHeader(HttpHeaders.RETRY_AFTER, Long.toString(delay.toSeconds() + 1));
            throw new ResponseStatusException(HttpStatus.TOO_MANY_REQUESTS);
        });
        return attempt;
    }

    /** Empty, with what the page has to say, if it is no code, not one for a phone of this subscriber, or has to wait. */
    private Optional<Found> find(
            String typed, Supplier<Attempt> begin, Authentication subscriber, Model model, HttpServletRequest request) {
        Optional<UserCode> code = UserCode.parse(typed);
        if (code.isEmpty()) { // and so no guess that costs anything
            model.addAttribute("objection", "A code has eight letters, such as WDJB-MJHT.");
            return Optional.empty();
        }
        Attempt attempt = begin.get();
        if (attempt.delay().isPresent()) { // of those in an address alone: somebody has to press the button
            model.addAttribute("typed", code.get().shown());
            return Optional.empty();
        }
        Instant now = clock.instant();
        Optional<Found> found = codes.findUndecided(code.get(), now)
                .flatMap(asked -> devices.findUsable(asked.device(), subscriber.getName())
                        .filter(device -> device.type() == DeviceType.DESK_PHONE)
                        .map(device -> new Found(code.get(), asked, device)));
        if (found.isPresent()) {
            throttle.right(attempt);
        } else {
            refused("unknown", subscriber, request);
            model.addAttribute(
                    "objection",
                    "No phone of yours shows this code now. Compare the letters, or have the phone show a new code.");
        }
        return found;
    }

    private void refused(String outcome, Authentication subscriber, HttpServletRequest request) {
        audit.event("user_code_refused")
                .about(Concerned.user(subscriber.getName()))
                .with("outcome", outcome)
                .with("address", request.getRemoteAddr())
                .with("advice", "A few are typing errors, or a phone of somebody else; many are guesses.")
                .keepOnceAMinute();
        count(outcome.equals("too_many") ? outcome : "code_refused");
    }

    private void record(Decision decision, Found found, Authentication subscriber, HttpServletRequest request) {
        boolean approved = decision == Decision.APPROVED;
        audit.event(approved ? "device_approved" : "device_denied")
                .about(new Concerned(
                        null,
                        subscriber.getName(),
                        found.device().name(),
                        found.asked().client()))
                .with("address", request.getRemoteAddr())
                .with("phone_address", found.asked().address())
                .with(
                        "advice",
                        approved
                                ? null
                                : "Ask whether they had started it: if not, somebody sent them a code to phish for it.")
                .keep();
        count(approved ? "approved" : "denied");
    }

    private void count(String outcome) {
        meters.counter("sipoauth.device.authorizations", "outcome", outcome).increment();
    }

    private static String age(Duration age) {
        long minutes = age.toMinutes();
        return minutes < 1 ? "less than a minute ago" : minutes == 1 ? "a minute ago" : minutes + " minutes ago";
    }
}

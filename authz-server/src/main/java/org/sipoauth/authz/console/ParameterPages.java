package org.sipoauth.authz.console;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.sipoauth.authz.mode.ModeStore;
import org.sipoauth.authz.parameter.Nodes;
import org.sipoauth.authz.parameter.ParameterChanges;
import org.sipoauth.authz.redis.RecordChanged;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** What holds for the whole platform: parameters with their ranges, and the SIP servers with their ports. */
@Controller
final class ParameterPages {
    private static final String PATH = Pages.PARAMETERS;
    private static final Pattern WHOLE_NUMBER = Pattern.compile("[0-9]{1,9}");

    private final ParameterChanges parameters;
    private final Nodes nodes;
    private final ModeStore mode;

    ParameterPages(ParameterChanges parameters, Nodes nodes, ModeStore mode) {
        this.parameters = parameters;
        this.nodes = nodes;
        this.mode = mode;
    }

    /**
     * A parameter in words.
     *
     * @param value in force, each of a list
     * @param range what it may be
     */
    record Row(
            String name, String familiarName, List<String> value, List<String> ofSettings, boolean set, String range) {
        static Row of(ParameterChanges.Shown shown) {
            return new Row(
                    shown.name(),
                    shown.familiarName(),
                    words(shown.value(), shown.range()),
                    words(shown.ofSettings(), shown.range()),
                    shown.revision().isPresent(),
                    range(shown.range()));
        }

        private static List<String> words(Object value, Map<String, Object> range) {
            if (value instanceof List<?> list) {
                return list.stream().map(String::valueOf).toList();
            }
            return List.of(range.containsKey("unit") ? value + " " + range.get("unit") : value.toString());
        }

        private static String range(Map<String, Object> range) {
            if (range.containsKey("unit")) {
                return range.get("minimum") + " to " + range.get("maximum") + " " + range.get("unit");
            }
            return range.get("values") instanceof List<?> values
                    ? String.join(" or ", values.stream().map(String::valueOf).toList())
                    : "at most " + range.get("maximum_length") + " addresses";
        }
    }

    @GetMapping(PATH)
    String list(Model model) {
        model.addAttribute("parameters", parameters.all().stream().map(Row::of).toList());
        model.addAttribute("mode", mode.load().isEnabled());
        Nodes.Shown shown = nodes.show();
        model.addAttribute("nodes", shown.nodes());
        model.addAttribute("ports", NodePages.portTitles());
        model.addAttribute("nodesSet", shown.revision().isPresent());
        return "console/parameters";
    }

    @GetMapping(PATH + "/change")
    String askForChange(@RequestParam String name, Model model) {
        ParameterChanges.Shown shown = require(name);
        return ask(shown, typedFor(shown), shown.revision().orElse(""), Optional.empty(), model);
    }

    private static String typedFor(ParameterChanges.Shown shown) {
        return shown.value() instanceof List<?> list
                ? String.join("\n", list.stream().map(String::valueOf).toList())
                : shown.value().toString();
    }

    /** @param revision that was seen by whoever fills the form in */
    private static String ask(
            ParameterChanges.Shown shown, String typed, String revision, Optional<String> objection, Model model) {
        model.addAttribute("parameter", Row.of(shown));
        model.addAttribute("range", shown.range());
        model.addAttribute("revision", revision);
        model.addAttribute("typed", typed);
        objection.ifPresent(text -> model.addAttribute("objection", text));
        return "console/parameter-form";
    }

    /** Where somebody else was quicker, what was typed stays, beside the value that is in force now. */
    @PostMapping(PATH + "/change")
    String change(
            @RequestParam String name,
            @RequestParam(defaultValue = "") String value,
            @RequestParam String revision,
            Authentication who,
            Model model,
            RedirectAttributes next) {
        ParameterChanges.Shown shown = require(name);
        try {
            parameters.set(name, read(shown, value), Change.seen(revision), who.getName());
        } catch (RecordChanged stale) {
            model.addAttribute("stale", true);
            ParameterChanges.Shown now = require(name);
            return ask(now, value, now.revision().orElse(""), Optional.empty(), model);
        } catch (IllegalArgumentException refused) {
            return ask(shown, value, revision, Optional.of(Objection.of(refused)), model);
        }
        next.addFlashAttribute(
                "done",
                name + " is changed."
                        + (isTime(shown)
                                ? " It is for what begins from now on: a token keeps the life it was given."
                                : ""));
        return "redirect:" + PATH;
    }

    /** Asks before what the settings say holds again. */
    @GetMapping(PATH + "/reset")
    String confirmReset(@RequestParam String name, Model model) {
        ParameterChanges.Shown shown = require(name);
        List<String> ofSettings = Row.of(shown).ofSettings();
        model.addAttribute(
                "asked",
                new Confirmation(
                        "Take back what is set for " + name + "?",
                        new Diagnosis.Link("Parameters", PATH),
                        List.of("What the settings of the servers say holds again: "
                                + (ofSettings.isEmpty() ? "none" : String.join(", ", ofSettings)) + "."),
                        PATH + "/reset",
                        Map.of("name", name, "revision", shown.revision().orElse("")),
                        "Back to the settings",
                        false));
        return "console/confirm";
    }

    @PostMapping(PATH + "/reset")
    String reset(
            @RequestParam String name, @RequestParam String revision, Authentication who, RedirectAttributes next) {
        require(name);
        return Change.carryOut(
                () -> parameters.reset(name, Change.seen(revision), who.getName()),
                name + " is as the settings of the servers have it.",
                PATH,
                PATH,
                next);
    }

    /** As JSON would have it; what is no number is left for the parameter to refuse, which names the range. */
    private static Object read(ParameterChanges.Shown shown, String typed) {
        String value = typed.strip();
        if (shown.range().containsKey("maximum_length")) {
            return DevicePages.lines(typed);
        }
        return isTime(shown) && WHOLE_NUMBER.matcher(value).matches() ? Integer.valueOf(value) : value;
    }

    private static boolean isTime(ParameterChanges.Shown shown) {
        return shown.range().containsKey("unit");
    }

    private ParameterChanges.Shown require(String name) {
        return parameters.find(name).orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }
}

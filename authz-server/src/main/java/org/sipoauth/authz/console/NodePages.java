package org.sipoauth.authz.console;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.sipoauth.authz.administration.RequestRefused;
import org.sipoauth.authz.parameter.Nodes;
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

/** The SIP servers that phones are sent to, one at a time; what changes is the whole list, whose order counts. */
@Controller
final class NodePages {
    private static final String PATH = Pages.PARAMETERS;
    private static final String NAME = "name";
    private static final String ADDRESS = "address";
    private static final List<String> IN_LIST = List.of("sip_oauth_port", "sip_mra_oauth_port", "secured_sip_port");
    private static final Pattern WHOLE_NUMBER = Pattern.compile("[0-9]{1,9}");

    private final Nodes nodes;

    NodePages(Nodes nodes) {
        this.nodes = nodes;
    }

    /**
     * A field for a port.
     *
     * @param typed as somebody has typed it, a number or not
     */
    record PortField(String name, String title, int minimum, int maximum, String typed) {}

    /** @param name of a node that there is; blank: another is to be added */
    @GetMapping(PATH + "/node")
    String ask(@RequestParam(defaultValue = "") String name, Model model) {
        Nodes.Shown shown = nodes.show();
        Map<String, String> typed = new LinkedHashMap<>();
        String revision = shown.revision().orElse("");
        if (name.isEmpty()) {
            Nodes.ports().forEach(port -> typed.put(port.name(), Integer.toString(port.usual())));
            return ask(shown, name, typed, shown.nodes().size() + 1, revision, Optional.empty(), model);
        }
        int at = indexOf(shown, name);
        if (at < 0) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
        shown.nodes().get(at).forEach((member, value) -> typed.put(member, value.toString()));
        return ask(shown, name, typed, at + 1, revision, Optional.empty(), model);
    }

    /** @param revision of the list that was seen by whoever fills the form in */
    private static String ask(
            Nodes.Shown shown,
            String original,
            Map<String, String> typed,
            int position,
            String revision,
            Optional<String> objection,
            Model model) {
        boolean adding = indexOf(shown, original) < 0;
        model.addAttribute("original", original);
        model.addAttribute("adding", adding);
        model.addAttribute("nodes", shown.nodes());
        model.addAttribute("revision", revision);
        model.addAttribute("name", typed.getOrDefault(NAME, ""));
        model.addAttribute("address", typed.getOrDefault(ADDRESS, ""));
        model.addAttribute("position", position);
        model.addAttribute(
                "positions",
                IntStream.rangeClosed(1, shown.nodes().size() + (adding ? 1 : 0))
                        .boxed()
                        .toList());
        model.addAttribute(
                "ports",
                Nodes.ports().stream()
                        .map(port -> new PortField(
                                port.name(),
                                title(port.name()),
                                port.minimum(),
                                port.maximum(),
                                typed.getOrDefault(port.name(), "")))
                        .toList());
        objection.ifPresent(text -> model.addAttribute("objection", text));
        return "console/node-form";
    }

    /**
     * Where somebody else was quicker, what was typed stays, beside what the list is now.
     *
     * @param original what the node was called when the form was made; blank: it is to be added
     * @param position from 1, the first that phones try
     * @param fields the node's own, under the names that JSON has for them
     */
    @PostMapping(PATH + "/node")
    String save(
            @RequestParam String original,
            @RequestParam int position,
            @RequestParam String revision,
            @RequestParam Map<String, String> fields,
            Authentication who,
            Model model,
            RedirectAttributes next) {
        Nodes.Shown shown = nodes.show();
        List<Map<String, Object>> wanted = without(shown, original);
        wanted.add(Math.max(0, Math.min(wanted.size(), position - 1)), node(fields));
        try {
            nodes.replace(wanted, Change.seen(revision), who.getName());
        } catch (RecordChanged stale) {
            model.addAttribute("stale", true);
            Nodes.Shown now = nodes.show();
            return ask(now, original, fields, position, now.revision().orElse(""), Optional.empty(), model);
        } catch (IllegalArgumentException | RequestRefused refused) {
            return ask(shown, original, fields, position, revision, Optional.of(Objection.of(refused)), model);
        }
        next.addFlashAttribute(
                "done", "Node " + fields.get(NAME) + " is saved. Phones have it with their next configuration file.");
        return "redirect:" + PATH;
    }

    /** Asks before phones are sent there no more. */
    @GetMapping(PATH + "/node-remove")
    String confirmRemoval(@RequestParam String name, Model model) {
        Nodes.Shown shown = nodes.show();
        if (indexOf(shown, name) < 0) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
        model.addAttribute(
                "asked",
                new Confirmation(
                        "Remove node " + name + "?",
                        new Diagnosis.Link("Parameters", PATH),
                        List.of(
                                "Phones are sent there no more, from their next configuration file on.",
                                "Those that are registered there stay so until then."),
                        PATH + "/node-remove",
                        Map.of(NAME, name, "revision", shown.revision().orElse("")),
                        "Remove",
                        true));
        return "console/confirm";
    }

    @PostMapping(PATH + "/node-remove")
    String remove(
            @RequestParam String name, @RequestParam String revision, Authentication who, RedirectAttributes next) {
        return Change.carryOut(
                () -> nodes.replace(requireAny(without(nodes.show(), name)), Change.seen(revision), who.getName()),
                "Node " + name + " is removed.",
                PATH,
                PATH,
                next);
    }

    private static List<Map<String, Object>> requireAny(List<Map<String, Object>> rest) {
        if (rest.isEmpty()) {
            throw new RequestRefused(HttpStatus.CONFLICT, "not removed: phones need at least one node to be sent to");
        }
        return rest;
    }

    private static List<Map<String, Object>> without(Nodes.Shown shown, String name) {
        List<Map<String, Object>> others = new ArrayList<>(shown.nodes());
        others.removeIf(node -> name.equals(node.get(NAME)));
        return others;
    }

    /** What is no number stays out of the range of every port. */
    private static Map<String, Object> node(Map<String, String> fields) {
        Map<String, Object> node = new LinkedHashMap<>();
        node.put(NAME, fields.getOrDefault(NAME, "").strip());
        node.put(ADDRESS, fields.getOrDefault(ADDRESS, "").strip());
        for (Nodes.PortRange port : Nodes.ports()) {
            String typed = fields.getOrDefault(port.name(), "").strip();
            node.put(port.name(), WHOLE_NUMBER.matcher(typed).matches() ? Integer.parseInt(typed) : 0);
        }
        return node;
    }

    private static int indexOf(Nodes.Shown shown, String name) {
        return IntStream.range(0, shown.nodes().size())
                .filter(i -> name.equals(shown.nodes().get(i).get(NAME)))
                .findFirst()
                .orElse(-1);
    }

    /** A column or field for a port: its member in JSON, and what it is called here. */
    record PortTitle(String name, String title) {}

    /** Of the ports that the list of nodes has room for. */
    static List<PortTitle> portTitles() {
        return IN_LIST.stream().map(port -> new PortTitle(port, title(port))).toList();
    }

    /** Such as {@code SIP OAuth port}. */
    private static String title(String member) {
        String words = member.replace('_', ' ')
                .replace("sip", "SIP")
                .replace("oauth", "OAuth")
                .replace("mra", "MRA");
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }
}

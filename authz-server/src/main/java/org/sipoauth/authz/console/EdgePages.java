package org.sipoauth.authz.console;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sipoauth.authz.edge.Edge;
import org.sipoauth.authz.edge.EdgeList;
import org.sipoauth.authz.edge.Edges;
import org.sipoauth.authz.redis.Expected;
import org.sipoauth.authz.redis.RecordChanged;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The edges that may connect to SIP servers. */
@Controller
final class EdgePages {
    private static final String PATH = "/console/edges";
    private static final String BACK = "redirect:" + PATH;

    private final Edges edges;
    private final Clock clock;

    EdgePages(Edges edges, Clock clock) {
        this.edges = edges;
        this.clock = clock;
    }

    @GetMapping(PATH)
    String list(Model model) {
        return list("", "", Optional.empty(), model);
    }

    private String list(String name, String certificateNames, Optional<String> objection, Model model) {
        Instant now = clock.instant();
        EdgeList list = edges.list();
        model.addAttribute("edges", list.edges());
        model.addAttribute("changed", list.changedAt().map(at -> Moment.of(at, now)));
        model.addAttribute("name", name);
        model.addAttribute("certificateNames", certificateNames);
        model.addAttribute("most", Edge.MOST_CERTIFICATE_NAMES);
        objection.ifPresent(text -> model.addAttribute("objection", text));
        return "console/edges";
    }

    @PostMapping(PATH)
    String add(
            @RequestParam String name,
            @RequestParam("certificate_names") String certificateNames,
            Authentication who,
            Model model,
            RedirectAttributes next) {
        try {
            edges.put(new Edge(name.strip(), DevicePages.lines(certificateNames)), Expected.ABSENT, who.getName());
        } catch (RecordChanged taken) {
            return list(name, certificateNames, Optional.of("There is an edge of that name: change that one."), model);
        } catch (IllegalArgumentException | EdgeList.Conflict refused) {
            return list(name, certificateNames, Optional.of(Objection.of(refused)), model);
        }
        next.addFlashAttribute("done", "Edge " + name.strip() + " may connect with the registrars' next poll.");
        return BACK;
    }

    @GetMapping(PATH + "/{name}")
    String edit(@PathVariable String name, Model model) {
        Edge edge = require(name);
        return edit(edge.name(), String.join("\n", edge.certificateNames()), edge.revision(), Optional.empty(), model);
    }

    /** @param revision that was seen by whoever fills the form in; blank: there was no such edge */
    private static String edit(
            String name, String certificateNames, String revision, Optional<String> objection, Model model) {
        model.addAttribute("name", name);
        model.addAttribute("certificateNames", certificateNames);
        model.addAttribute("revision", revision);
        model.addAttribute("most", Edge.MOST_CERTIFICATE_NAMES);
        objection.ifPresent(text -> model.addAttribute("objection", text));
        return "console/edge";
    }

    /** Where somebody else was quicker, what was typed stays, beside what the edge is like now. */
    @PostMapping(PATH + "/{name}")
    String change(
            @PathVariable String name,
            @RequestParam("certificate_names") String certificateNames,
            @RequestParam String revision,
            Authentication who,
            Model model,
            RedirectAttributes next) {
        try {
            edges.put(new Edge(name, DevicePages.lines(certificateNames)), Change.seen(revision), who.getName());
        } catch (RecordChanged stale) {
            Optional<Edge> now = edges.list().find(name);
            model.addAttribute("stale", true);
            model.addAttribute("now", now);
            return edit(name, certificateNames, now.map(Edge::revision).orElse(""), Optional.empty(), model);
        } catch (IllegalArgumentException | EdgeList.Conflict refused) {
            return edit(name, certificateNames, revision, Optional.of(Objection.of(refused)), model);
        }
        next.addFlashAttribute("done", "Edge " + name + " is changed.");
        return BACK;
    }

    /** Asks before an edge is shut out. */
    @GetMapping(PATH + "/{name}/remove")
    String confirmRemoval(@PathVariable String name, Model model) {
        Edge edge = require(name);
        model.addAttribute(
                "asked",
                new Confirmation(
                        "Remove edge " + edge.name() + "?",
                        new Diagnosis.Link("Edges", PATH),
                        List.of(
                                "It may connect as " + String.join(", ", edge.certificateNames()) + ".",
                                "With the registrars' next poll its connections end, and phones behind it lose their"
                                        + " registration."),
                        PATH + "/" + edge.name() + "/remove",
                        Map.of("revision", edge.revision()),
                        "Remove",
                        true));
        return "console/confirm";
    }

    @PostMapping(PATH + "/{name}/remove")
    String remove(
            @PathVariable String name, @RequestParam String revision, Authentication who, RedirectAttributes next) {
        return Change.carryOut(
                () -> edges.remove(name, new Expected.Revision(revision), who.getName()),
                "Edge " + name + " is removed: its connections end with the registrars' next poll.",
                PATH,
                PATH,
                next);
    }

    private Edge require(String name) {
        return edges.list().find(name).orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }
}

package org.sipoauth.authz.console;

import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.sipoauth.authz.edge.Edge;
import org.sipoauth.authz.edge.EdgeList;
import org.sipoauth.authz.edge.Edges;
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
        if (edges.list().find(name.strip()).isPresent()) {
            return list(name, certificateNames, Optional.of("There is an edge of that name: change that one."), model);
        }
        try {
            edges.put(new Edge(name.strip(), DevicePages.lines(certificateNames)), who.getName());
        } catch (IllegalArgumentException | EdgeList.Conflict refused) {
            return list(name, certificateNames, Optional.of(Objection.of(refused)), model);
        }
        next.addFlashAttribute("done", "Edge " + name.strip() + " may connect with the registrars' next poll.");
        return BACK;
    }

    @GetMapping(PATH + "/{name}")
    String edit(@PathVariable String name, Model model) {
        Edge edge = requireEdge(name);
        return edit(edge.name(), String.join("\n", edge.certificateNames()), Optional.empty(), model);
    }

    private static String edit(String name, String certificateNames, Optional<String> objection, Model model) {
        model.addAttribute("name", name);
        model.addAttribute("certificateNames", certificateNames);
        model.addAttribute("most", Edge.MOST_CERTIFICATE_NAMES);
        objection.ifPresent(text -> model.addAttribute("objection", text));
        return "console/edge";
    }

    @PostMapping(PATH + "/{name}")
    String change(
            @PathVariable String name,
            @RequestParam("certificate_names") String certificateNames,
            Authentication who,
            Model model,
            RedirectAttributes next) {
        Edge edge = requireEdge(name);
        try {
            edges.put(new Edge(edge.name(), DevicePages.lines(certificateNames)), who.getName());
        } catch (IllegalArgumentException | EdgeList.Conflict refused) {
            return edit(edge.name(), certificateNames, Optional.of(Objection.of(refused)), model);
        }
        next.addFlashAttribute("done", "Edge " + edge.name() + " is changed.");
        return BACK;
    }

    /** Asks before an edge is shut out. */
    @GetMapping(PATH + "/{name}/remove")
    String confirmRemoval(@PathVariable String name, Model model) {
        model.addAttribute("edge", requireEdge(name));
        return "console/edge-remove";
    }

    @PostMapping(PATH + "/{name}/remove")
    String remove(@PathVariable String name, Authentication who, RedirectAttributes next) {
        if (edges.remove(name, who.getName())) {
            next.addFlashAttribute(
                    "done", "Edge " + name + " is removed: its connections end with the registrars' next poll.");
        }
        return BACK;
    }

    private Edge requireEdge(String name) {
        return edges.list().find(name).orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }
}

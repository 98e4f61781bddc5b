package org.sipoauth.authz.console;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Optional;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.servlet.ModelAndView;

/** What every page of the console has around it, and the page in place of one that cannot be made. */
@ControllerAdvice(basePackageClasses = ConsoleFrame.class)
final class ConsoleFrame {
    private static final List<Section> SECTIONS = List.of(
            new Section("Overview", "/console", false),
            new Section("Why not registered?", "/console/diagnosis", false),
            new Section("Sessions", "/console/sessions", true),
            new Section("Devices", Pages.DEVICES, false),
            new Section("Subscribers", Pages.SUBSCRIBERS, false),
            new Section("Keys", "/console/keys", true),
            new Section("Edges", "/console/edges", false),
            new Section("SIP OAuth mode", "/console/mode", false),
            new Section("Parameters", Pages.PARAMETERS, false),
            new Section("Administrators", Pages.ADMINISTRATORS, false),
            new Section("Audit", "/console/audit", true));

    /** @param begins whether it begins a group in the menu */
    record Section(String title, String path, boolean begins) {}

    /** @param current the path of the section that the page is in */
    record Frame(Authentication who, String current, List<Section> sections, String script) {
        public String account() {
            return who.getName();
        }

        /** Whether who sees the page may ask for the change that a path of the console stands for. */
        public boolean may(String path) {
            return ConsoleRights.mayChange(who, path);
        }

        @Override
        public String toString() {
            return "Frame[" + account() + ", " + current + "]";
        }
    }

    @ModelAttribute("frame")
    Frame frame(HttpServletRequest request, Authentication account) {
        String path = request.getRequestURI();
        String current = SECTIONS.stream()
                .map(Section::path)
                .filter(section ->
                        path.equals(section) || path.startsWith(section + "/") && !section.equals(Pages.CONSOLE))
                .findFirst()
                .orElse(Pages.CONSOLE);
        return new Frame(account, current, SECTIONS, ConsoleConfiguration.SCRIPT);
    }

    /** Redis is away, its replicas did not confirm, or others changed the same all the while. */
    @ExceptionHandler
    ModelAndView storeAway(
            DataAccessException away,
            HttpServletRequest request,
            HttpServletResponse response,
            Authentication account) {
        response.setHeader(HttpHeaders.RETRY_AFTER, "5");
        ModelAndView page = new ModelAndView("console/problem", HttpStatus.SERVICE_UNAVAILABLE);
        page.addObject("frame", frame(request, account));
        page.addObject("again", again(request));
        page.addObject(
                "problem",
                request.getMethod().equals("GET")
                        ? "The store does not answer. Phones that are registered stay so meanwhile. Try again in a moment."
                        : "The store did not confirm it. What you asked for may have been done in part: ask for the same"
                                + " again, which does no harm.");
        return page;
    }

    /** What the overview asked for to renew itself, to be asked for again: one failure does not end that. */
    private static Optional<String> again(HttpServletRequest request) {
        boolean renewal = request.getMethod().equals("GET")
                && request.getRequestURI().equals(Pages.CONSOLE)
                && request.getParameter("renewal") != null;
        return renewal ? Optional.of(Pages.CONSOLE + "?" + request.getQueryString()) : Optional.empty();
    }
}

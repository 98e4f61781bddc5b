package org.sipoauth.authz.console;

import org.sipoauth.authz.redis.RecordChanged;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The last step of what a {@link Confirmation} has asked for: does it, and leads to where one sees what has become of it. */
final class Change {
    private Change() {}

    /**
     * @param done what is said if it was done
     * @param there the address where that is said
     * @param stale the address that shows how it is now if somebody else was quicker, in which case nothing is done
     * @return the view
     */
    static String carryOut(Runnable change, String done, String there, String stale, RedirectAttributes next) {
        try {
            change.run();
        } catch (RecordChanged meanwhile) {
            next.addFlashAttribute("objection", Objection.CHANGED_MEANWHILE);
            return "redirect:" + stale;
        }
        next.addFlashAttribute("done", done);
        return "redirect:" + there;
    }
}

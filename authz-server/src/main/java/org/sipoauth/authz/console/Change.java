package org.sipoauth.authz.console;

import org.sipoauth.authz.administration.RequestRefused;
import org.sipoauth.authz.redis.Expected;
import org.sipoauth.authz.redis.RecordChanged;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** What somebody asks for who has seen a record: does it, and leads to where one sees what has become of it. */
final class Change {
    private Change() {}

    /** What a form was made from: a record of this revision; blank: there was none. */
    static Expected seen(String revision) {
        return revision.isEmpty() ? Expected.ABSENT : new Expected.Revision(revision);
    }

    /**
     * @param done what is said if it was done
     * @param there the address where that is said
     * @param unchanged the address that shows how it is now if nothing is done: somebody else was quicker, or it is refused
     * @return the view
     */
    static String carryOut(Runnable change, String done, String there, String unchanged, RedirectAttributes next) {
        try {
            change.run();
        } catch (RecordChanged meanwhile) {
            next.addFlashAttribute("objection", Objection.CHANGED_MEANWHILE);
            return "redirect:" + unchanged;
        } catch (RequestRefused refused) {
            next.addFlashAttribute("objection", Objection.of(refused));
            return "redirect:" + unchanged;
        }
        next.addFlashAttribute("done", done);
        return "redirect:" + there;
    }
}

package org.sipoauth.authz.console;

import java.util.List;

/**
 * Something secret that was made just now, for {@code console/shown-once.html}: it is in that one answer and in no session,
 * so that loading the page again cannot show it.
 *
 * @param back where the page belongs
 * @param label what the secret is
 * @param notes what it is for and how long it is good, a sentence each
 */
record ShownOnce(String title, Diagnosis.Link back, String label, String secret, List<String> notes) {
    @Override
    public String toString() {
        return "ShownOnce[" + title + "]";
    }
}

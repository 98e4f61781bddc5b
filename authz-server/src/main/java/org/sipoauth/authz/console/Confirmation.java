package org.sipoauth.authz.console;

import java.util.List;
import java.util.Map;

/**
 * The question before a change, for {@code console/confirm.html}.
 *
 * @param title the question itself
 * @param back where the page belongs, and where Cancel leads
 * @param effects what will happen, a sentence each
 * @param action where the answer goes, with these hidden fields
 * @param danger whether something is taken away
 */
record Confirmation(
        String title,
        Diagnosis.Link back,
        List<String> effects,
        String action,
        Map<String, String> hidden,
        String button,
        boolean danger) {}

package org.sipoauth.authz.console;

/** What somebody is told whose form was not taken. */
final class Objection {
    static final String CHANGED_MEANWHILE =
            "Nothing was done: it is not as it was when you opened the page (somebody else changed it, or your first try did)."
                    + " Look at it as it is now, and ask again.";

    private Objection() {}

    /** The refusal of a service as a sentence for people; what of it tells how to ask in JSON is left out. */
    static String of(RuntimeException refused) {
        String message = String.valueOf(refused.getMessage()).replaceFirst(": send \\{\"value\":.*\\}", "");
        return Character.toUpperCase(message.charAt(0)) + message.substring(1) + (message.endsWith(".") ? "" : ".");
    }
}

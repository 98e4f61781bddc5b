package org.sipoauth.cli.people;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** The two sorts of accounts, and where the administration interface has them. */
enum Sort {
    USER("users", "user"),
    ADMINISTRATOR("administrators", "administrator");

    private final String plural;
    private final String word;

    Sort(String plural, String word) {
        this.plural = plural;
        this.word = word;
    }

    /** The collection, and its member of a page. */
    String plural() {
        return plural;
    }

    /** What one of them is called. */
    String word() {
        return word;
    }

    String path(String name) {
        return "/" + plural + "/"
                + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20"); // a path, no form
    }
}

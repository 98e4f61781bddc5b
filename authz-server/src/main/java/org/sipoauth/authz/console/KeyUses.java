package org.sipoauth.authz.console;

import java.util.List;
import java.util.Locale;

/** The uses of keys in words, in the order in which pages show them. */
enum KeyUses {
    ACCESS_TOKEN_SIGNING(
            "signing",
            "Signs access tokens",
            "Access tokens of that key are refused by every verifier that has heard: phones refresh, and no login is"
                    + " lost. Expect one refresh a phone within minutes."),
    ACCESS_TOKEN_ENCRYPTION(
            "encryption",
            "Encrypts access tokens for audiences that want it",
            "Access tokens that it encrypted are refused: phones refresh, and no login is lost."),
    REFRESH_TOKEN_AUTHENTICATION(
            "refresh",
            "Authenticates refresh tokens; never leaves the servers",
            "Every login whose newest refresh token it made is over: those users sign in again.");

    private final String title;
    private final String purpose;
    private final String costOfRevoking;

    KeyUses(String title, String purpose, String costOfRevoking) {
        this.title = title;
        this.purpose = purpose;
        this.costOfRevoking = costOfRevoking;
    }

    /** As {@link org.sipoauth.authz.signing.ListedKey#use} has it. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    String title() {
        return title;
    }

    String purpose() {
        return purpose;
    }

    String costOfRevoking() {
        return costOfRevoking;
    }

    static KeyUses of(String label) {
        return List.of(values()).stream()
                .filter(use -> use.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no such use of keys"));
    }

    static String title(String label) {
        return of(label).title();
    }
}

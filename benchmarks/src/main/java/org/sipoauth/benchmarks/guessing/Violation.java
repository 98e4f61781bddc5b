package org.sipoauth.benchmarks.guessing;

/** What a run must not show even once. */
enum Violation {
    OWNER_KEPT_OUT("sign-ins of the attacked account's owner that were refused"),
    OTHERS_KEPT_OUT("sign-ins of others that were refused"),
    PHONE_KEPT_OUT("phones with the right activation code that were refused"),
    SERVICE_KEPT_OUT("tokens that a service with the right secret did not get"),
    TOO_MANY_GUESSES("guesses looked at beyond the bound"),
    GUESSED("guesses that were taken for right"),
    INCOMPLETE("parts of the attack that did not take place as they should");

    private final String plural;

    Violation(String plural) {
        this.plural = plural;
    }

    @Override
    public String toString() {
        return plural;
    }
}

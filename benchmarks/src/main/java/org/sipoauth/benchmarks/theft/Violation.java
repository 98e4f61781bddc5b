package org.sipoauth.benchmarks.theft;

/** What a run must not show even once. */
enum Violation {
    NOT_DETECTED("stolen tokens that were not detected"),
    STILL_ALIVE("logins that went on after that"),
    VALID_REJECTED("valid access tokens that the verifier rejected"),
    TRUSTED_TOO_LONG("revoked logins that the verifier accepted for too long"),
    REQUEST_FAILED("other requests failed"),
    INCOMPLETE("runs that ended before their time");

    private final String plural;

    Violation(String plural) {
        this.plural = plural;
    }

    @Override
    public String toString() {
        return plural;
    }
}

package org.sipoauth.benchmarks.failover;

/** What a run must not show even once. */
enum Violation {
    LOCKED_OUT("phones locked out"),
    LOGIN_LOST("acknowledged logins lost"),
    REVOCATION_LOST("acknowledged revocations lost"),
    NOT_IN_LIST("acknowledged revocations that a server's status list does not show"),
    REQUEST_FAILED("other requests failed"),
    INCOMPLETE("failovers that did not come to their end");

    private final String plural;

    Violation(String plural) {
        this.plural = plural;
    }

    @Override
    public String toString() {
        return plural;
    }
}

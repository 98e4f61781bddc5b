package org.sipoauth.benchmarks.lostresponse;

/** What a run must not show even once. */
enum Violation {
    LOCKED_OUT("phones locked out"),
    TWO_LIVE_SUCCESSORS("logins with two live successors"),
    SHARED_SUCCESSOR("refresh tokens handed out for two different ones"),
    ALIVE_AFTER_REPLAY("logins that survived the replay of an old token"),
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

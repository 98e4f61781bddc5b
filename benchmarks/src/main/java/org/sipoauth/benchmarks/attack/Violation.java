package org.sipoauth.benchmarks.attack;

/** What a run must not show even once. */
enum Violation {
    LOST("registrations that a phone lost"),
    REFUSED("registrations refused or left without an answer"),
    KEPT_OUT("phones that came anew and could not register"),
    STILL_OPEN("attackers' connections that the registrar did not end in time"),
    RENEGOTIATED("TLS renegotiations granted"),
    TOO_MUCH_MEMORY("times that the registrar held more memory than it may"),
    UNBOUNDED("times that unfinished messages took more than an eighth of the registrar's heap"),
    UNWATCHED("times that the registrar did not tell how it is"),
    INCOMPLETE("attacks that did not take place as they should");

    private final String plural;

    Violation(String plural) {
        this.plural = plural;
    }

    @Override
    public String toString() {
        return plural;
    }
}

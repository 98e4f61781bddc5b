package org.sipoauth.authz.redis;

/** What a record has to be like for a change to be made: the same that somebody has seen, absent, or anything. */
public sealed interface Expected {
    /** Nothing in particular. */
    Expected ANYTHING = new Anything();

    /** There is no such record yet. */
    Expected ABSENT = new Absent();

    /** There is one, whatever it holds. */
    Expected PRESENT = new Present();

    record Anything() implements Expected {}

    record Absent() implements Expected {}

    record Present() implements Expected {}

    /** It has not been changed since somebody read this revision of it. */
    record Revision(String value) implements Expected {}

    /** For a script: {@code *} anything, {@code -} absent, {@code +} present, {@code =} and the revision. */
    default String argument() {
        if (this instanceof Revision revision) {
            return "=" + revision.value();
        }
        return this instanceof Absent ? "-" : this instanceof Present ? "+" : "*";
    }
}

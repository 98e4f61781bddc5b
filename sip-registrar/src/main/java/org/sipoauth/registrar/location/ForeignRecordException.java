package org.sipoauth.registrar.location;

/** A record in a format of a later release. Carries no stack trace: it is no fault, and every phone that it is about comes again. */
final class ForeignRecordException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    ForeignRecordException(String addressOfRecord, int format, int latestKnown) {
        super("the bindings of " + addressOfRecord + " are written in format " + format + ", and this registrar reads "
                + latestKnown + " at most: bring it to the release of those that share them");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}

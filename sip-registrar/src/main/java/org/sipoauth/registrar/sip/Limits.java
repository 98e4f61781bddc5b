package org.sipoauth.registrar.sip;

/**
 * What a peer may make us hold. A message beyond a limit is refused as soon as the limit is reached.
 *
 * @param lineBytes longest start line, and longest header field with its folded lines
 * @param headBytes longest head: start line and all header fields
 * @param headerCount most header fields
 * @param bodyBytes longest body
 */
public record Limits(int lineBytes, int headBytes, int headerCount, int bodyBytes) {
    /** Room for the largest token the verifier takes (8 KiB) and an edge's additions. */
    public static final Limits DEFAULT = new Limits(9 * 1024, 32 * 1024, 128, 64 * 1024);

    public Limits {
        if (lineBytes < 64 || headBytes < lineBytes || headerCount < 8 || bodyBytes < 0) {
            throw new IllegalArgumentException("limits leave no room for a message");
        }
    }
}

package org.sipoauth.cli.keys;

import java.util.List;

/** A key ring, wherever it is. */
interface KeyAccess {
    List<KeyRow> list() throws InterruptedException;

    /** Makes the published successor active; fails if verifiers may not know it yet. */
    List<KeyRow> rotate(Use use) throws InterruptedException;

    /** Withdraws a key at once; its successor takes over if it was active. */
    List<KeyRow> revoke(String kid) throws InterruptedException;

    /** The public keys as a JWK Set (RFC 7517 §5). */
    String jwkSet() throws InterruptedException;
}

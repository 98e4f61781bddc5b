package org.sipoauth.authz.web;

/**
 * How much each of several listeners may have at once, so that nobody can fill the heap by opening connections: a server
 * out of memory serves nobody, and does not recover.
 *
 * @param heap its greatest size, in bytes
 * @param listeners that share it
 */
record HeapRoom(long heap, int listeners) {
    /** What a server has in its heap when nobody is there. */
    private static final long OURS = 48 << 20;

    /** Measured: a connection with TLS on which a request's headers have begun. */
    private static final long CONNECTION = 132 << 10;

    /** Measured: what a request has beyond that, once it is in hand. */
    private static final long REQUEST = 72 << 10;

    private static final int LEAST = 16;

    /** Half of what is free is for connections. */
    int connections(int wanted) {
        return bounded(wanted, free() / 2 / CONNECTION);
    }

    /** A quarter of what is free is for requests in hand; the rest is for what they are answered with. */
    int requests(int wanted) {
        return bounded(wanted, free() / 4 / REQUEST);
    }

    private long free() {
        return Math.max(0, heap - OURS);
    }

    private int bounded(int wanted, long room) {
        return (int) Math.min(wanted, Math.max(LEAST, room / listeners));
    }
}

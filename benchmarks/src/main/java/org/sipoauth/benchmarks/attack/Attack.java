package org.sipoauth.benchmarks.attack;

import java.io.IOException;

/** What is done to the registrar, one after the other. */
enum Attack {
    SILENCE("connections without a byte", Attacks::silence),
    HANDSHAKES_THAT_STOP("TLS handshakes that stop", Attacks::handshakesThatStop),
    BYTE_BY_BYTE("requests byte by byte", Attacks::byteByByte),
    GARBAGE_BEFORE_TLS("garbage before TLS", Attacks::garbageBeforeTls),
    GARBAGE_INSIDE_TLS("garbage inside TLS", Attacks::garbageInsideTls),
    GARBAGE_AS_BODIES("garbage as bodies", Attacks::garbageAsBodies),
    TINY_HEADERS("tiny headers", Attacks::tinyHeaders),
    HEADERS_WITHOUT_END("tiny headers without end", Attacks::headersWithoutEnd),
    UNFINISHED_MESSAGES(
            "heads and bodies near their limits, unfinished, from many addresses", Attacks::unfinishedMessages),
    UNFINISHED_RECORDS("TLS records near their limit, unfinished, from many addresses", Attacks::unfinishedRecords),
    REQUESTS_OF_NOBODY("a request a connection, without token and certificate", Attacks::requestsOfNobody),
    RENEGOTIATION("TLS 1.2 renegotiation", Attacks::renegotiation),
    KEY_UPDATES("TLS 1.3 key updates", Attacks::keyUpdates),
    UNREAD_ANSWERS("answers never read", Attacks::unreadAnswers),
    UNREAD_PONGS("pongs never read", Attacks::unreadPongs);

    @FunctionalInterface
    private interface Way {
        void run(Attacks attacks) throws IOException, InterruptedException;
    }

    private final String title;
    private final Way way;

    Attack(String title, Way way) {
        this.title = title;
        this.way = way;
    }

    void run(Attacks attacks) throws IOException, InterruptedException {
        way.run(attacks);
    }

    @Override
    public String toString() {
        return title;
    }
}

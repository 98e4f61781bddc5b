package org.sipoauth.verifier.keys;

import java.util.List;

/** The threads that are alive. */
final class Threads {
    private Threads() {}

    static List<Thread> named(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .toList();
    }
}

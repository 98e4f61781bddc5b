package org.sipoauth.verifier.refresh;

import java.util.List;

/** The threads that are alive. */
public final class Threads {
    private Threads() {}

    public static List<Thread> named(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .toList();
    }
}

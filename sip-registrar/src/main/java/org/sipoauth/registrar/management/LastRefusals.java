package org.sipoauth.registrar.management;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.sipoauth.registrar.register.RefusedRequest;
import org.sipoauth.registrar.register.RegistrationEvents;

/** Keeps the last refusals to be shown, and passes all events on. Thread-safe. */
public final class LastRefusals implements RegistrationEvents {
    private static final int MOST = 20;

    private final RegistrationEvents next;
    private final Deque<RefusedRequest> latestFirst = new ArrayDeque<>(); // guarded by this

    public LastRefusals(RegistrationEvents next) {
        this.next = next;
    }

    @Override
    public void accepted() {
        next.accepted();
    }

    @Override
    public void challenged() {
        next.challenged();
    }

    @Override
    public void refused(RefusedRequest request) {
        next.refused(request);
        synchronized (this) {
            if (latestFirst.size() == MOST) {
                latestFirst.removeLast();
            }
            latestFirst.addFirst(request);
        }
    }

    @Override
    public void revoked() {
        next.revoked();
    }

    /** The latest first, at most 20. */
    public synchronized List<RefusedRequest> list() {
        return List.copyOf(latestFirst);
    }
}

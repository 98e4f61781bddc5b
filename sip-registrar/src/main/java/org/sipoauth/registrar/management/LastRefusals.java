package org.sipoauth.registrar.management;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.sipoauth.registrar.register.Arrival;
import org.sipoauth.registrar.register.RefusedRequest;
import org.sipoauth.registrar.register.RegistrationEvents;

/** Keeps the last refusals to be shown, and passes all events on. Thread-safe. */
public final class LastRefusals implements RegistrationEvents {
    private static final int MOST = 20;

    /** That one peer has in it, or it could keep what befalls others from being seen. */
    private static final int MOST_OF_ONE = 5;

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
            latestFirst.addFirst(request);
            Object peer = peer(request);
            List<RefusedRequest> ofPeer =
                    latestFirst.stream().filter(kept -> peer(kept).equals(peer)).toList();
            if (ofPeer.size() > MOST_OF_ONE) {
                latestFirst.removeLastOccurrence(ofPeer.get(MOST_OF_ONE));
            } else if (latestFirst.size() > MOST) {
                latestFirst.removeLast();
            }
        }
    }

    /** Behind an edge, whose address is that of many, the phone. */
    private static Object peer(RefusedRequest request) {
        return request.edge().isPresent()
                ? List.of(request.edge().get(), request.to())
                : Arrival.origin(request.peer().getAddress());
    }

    @Override
    public void revoked() {
        next.revoked();
    }

    /** The latest first, at most 20, and 5 of one peer. */
    public synchronized List<RefusedRequest> list() {
        return List.copyOf(latestFirst);
    }
}

package org.sipoauth.registrar.management;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.sipoauth.registrar.register.Arrival;
import org.sipoauth.registrar.register.RefusedRequest;
import org.sipoauth.registrar.register.RegistrationEvents;

/**
 * Keeps the last refusals to be shown, and the last few of each device and of each address that was to be registered, so
 * that one phone's are found however many others are refused. Of the last, one peer has a few at most, and all phones behind one
 * edge not all, or they could keep what befalls others from being seen. Passes all events on. Bounded: the device or address that
 * was refused least recently is forgotten first, and of {@link #MOST_REMEMBERED} of each there are at most five requests, which are
 * 20 MB of memory where a peer makes every one of them another, and as long as it can. Thread-safe.
 */
public final class LastRefusals implements RegistrationEvents {
    private static final int MOST = 20;
    private static final int MOST_OF_ONE = 5;
    private static final int MOST_OF_EDGE = 15;
    static final int MOST_REMEMBERED = 1_000;

    private final RegistrationEvents next;
    private final Deque<RefusedRequest> latestFirst = new ArrayDeque<>(); // guarded by this
    private final Map<String, Deque<RefusedRequest>> byDevice = remembered(); // guarded by this
    private final Map<String, Deque<RefusedRequest>> byAddress = remembered(); // guarded by this

    public LastRefusals(RegistrationEvents next) {
        this.next = next;
    }

    private static Map<String, Deque<RefusedRequest>> remembered() {
        return new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Deque<RefusedRequest>> eldest) {
                return size() > MOST_REMEMBERED;
            }
        };
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
            addToLast(request);
            request.devices().forEach(device -> add(request, device, byDevice));
            add(request, request.to(), byAddress);
        }
    }

    private void addToLast(RefusedRequest request) {
        Object peer = peer(request);
        makeRoom(MOST_OF_ONE, kept -> peer(kept).equals(peer));
        if (request.edge().isPresent()) {
            makeRoom(MOST_OF_EDGE, kept -> kept.edge().equals(request.edge()));
        }
        add(request, latestFirst, MOST);
    }

    private void makeRoom(int most, Predicate<RefusedRequest> ofOne) {
        List<RefusedRequest> kept = latestFirst.stream().filter(ofOne).toList();
        if (kept.size() == most) {
            latestFirst.removeLastOccurrence(kept.get(most - 1));
        }
    }

    /** Behind an edge, whose address is that of many, the phone. */
    private static Object peer(RefusedRequest request) {
        return request.edge().isPresent()
                ? List.of(request.edge().get(), request.to())
                : Arrival.origin(request.peer().getAddress());
    }

    /** Put in anew, so that the map's order is that of the last refusals: what is only looked for is kept no longer. */
    private static void add(RefusedRequest request, String key, Map<String, Deque<RefusedRequest>> remembered) {
        Deque<RefusedRequest> ofOne =
                Optional.ofNullable(remembered.remove(key)).orElseGet(() -> new ArrayDeque<>(MOST_OF_ONE));
        add(request, ofOne, MOST_OF_ONE);
        remembered.put(key, ofOne);
    }

    private static void add(RefusedRequest request, Deque<RefusedRequest> latestFirst, int most) {
        if (latestFirst.size() == most) {
            latestFirst.removeLast();
        }
        latestFirst.addFirst(request);
    }

    @Override
    public void revoked() {
        next.revoked();
    }

    /**
     * The latest first: of one device at most five, of one address that was to be registered as many, of whomever at most 20, five
     * of one peer and 15 through one edge.
     */
    public synchronized List<RefusedRequest> list(PhoneQuery query) {
        Collection<RefusedRequest> found = query.device()
                .map(device -> of(device, byDevice))
                .or(() -> query.addressOfRecord().map(address -> of(address, byAddress)))
                .orElse(latestFirst);
        return found.stream()
                .filter(refused -> query.addressOfRecord()
                        .filter(wanted -> !wanted.equals(refused.to()))
                        .isEmpty())
                .toList();
    }

    private static Collection<RefusedRequest> of(String key, Map<String, Deque<RefusedRequest>> remembered) {
        Deque<RefusedRequest> found = remembered.get(key);
        return found == null ? List.of() : found;
    }
}

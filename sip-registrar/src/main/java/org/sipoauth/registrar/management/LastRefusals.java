package org.sipoauth.registrar.management;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sipoauth.registrar.register.Arrival;
import org.sipoauth.registrar.register.RefusedRequest;
import org.sipoauth.registrar.register.RegistrationEvents;

/**
 * Keeps the last refusals to be shown, and the last few of each device and of each address that was to be registered, so
 * that one phone's are found however many others are refused. Of the last, one peer has a few at most, or it could keep what
 * befalls others from being seen. Passes all events on. Bounded: the device or address that was
 * refused least recently is forgotten first. Thread-safe.
 */
public final class LastRefusals implements RegistrationEvents {
    private static final int MOST = 20;
    private static final int MOST_OF_ONE = 5;
    private static final int MOST_REMEMBERED = 2_000;

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
            request.devices().stream().distinct().limit(MOST_OF_ONE).forEach(device -> add(request, device, byDevice));
            add(request, request.to(), byAddress);
        }
    }

    private void addToLast(RefusedRequest request) {
        Object peer = peer(request);
        List<RefusedRequest> ofPeer =
                latestFirst.stream().filter(kept -> peer(kept).equals(peer)).toList();
        if (ofPeer.size() == MOST_OF_ONE) {
            latestFirst.removeLastOccurrence(ofPeer.get(MOST_OF_ONE - 1));
        }
        add(request, latestFirst, MOST);
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
     * The latest first: of one device at most five, of one address that was to be registered as many, of whomever at most 20, and
     * five of one peer.
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

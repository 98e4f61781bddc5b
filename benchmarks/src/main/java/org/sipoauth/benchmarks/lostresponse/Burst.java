package org.sipoauth.benchmarks.lostresponse;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One refresh request many times at once: connections are made and all but the last byte is sent beforehand, so that the
 * last bytes leave within microseconds of one another.
 */
final class Burst implements AutoCloseable {
    private final List<Integer> ports;
    private final int copies;
    private final String presented;
    private final List<Wire> wires = new ArrayList<>();
    private int received;

    private Burst(List<Integer> ports, int copies, String presented) {
        this.ports = ports;
        this.copies = copies;
        this.presented = presented;
    }

    static Burst send(List<Integer> ports, int copies, String refreshToken) throws IOException {
        Burst burst = new Burst(ports, copies, refreshToken);
        burst.sendAgain();
        return burst;
    }

    /** As many copies once more. */
    void sendAgain() throws IOException {
        byte[] request = Wire.request(presented);
        int first = wires.size();
        for (int i = 0; i < copies; i++) {
            Wire wire = Wire.connect(ports.get(i % ports.size()));
            wires.add(wire);
            wire.send(request, 0, request.length - 1);
        }
        for (Wire wire : wires.subList(first, wires.size())) {
            wire.send(request, request.length - 1, request.length);
        }
    }

    String presented() {
        return presented;
    }

    boolean hasMore() {
        return received < wires.size();
    }

    Wire.Answer next() throws IOException {
        return wires.get(received++).receive();
    }

    @Override
    public void close() throws IOException {
        for (Wire wire : wires) {
            wire.close();
        }
    }
}

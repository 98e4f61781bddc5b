package org.sipoauth.benchmarks.lostresponse;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One refresh request many times at once: connections are made and all but the last byte is sent beforehand, so that the
 * last bytes leave within microseconds of one another.
 */
final class Burst implements AutoCloseable {
    private final String presented;
    private final List<Wire> wires = new ArrayList<>();
    private int received;

    private Burst(String presented) {
        this.presented = presented;
    }

    static Burst send(List<Integer> ports, int copies, String refreshToken) throws IOException {
        Burst burst = new Burst(refreshToken);
        byte[] request = Wire.request(refreshToken);
        for (int i = 0; i < copies; i++) {
            Wire wire = Wire.connect(ports.get(i % ports.size()));
            burst.wires.add(wire);
            wire.send(request, 0, request.length - 1);
        }
        for (Wire wire : burst.wires) {
            wire.send(request, request.length - 1, request.length);
        }
        return burst;
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

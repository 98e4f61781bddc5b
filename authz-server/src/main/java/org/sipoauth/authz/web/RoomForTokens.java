package org.sipoauth.authz.web;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;

/**
 * Keeps half of what a listener can have in hand for requests for tokens that are here in full, so that phones are answered
 * while all the world signs in, a directory does not answer, or somebody sends and reads as slowly as may be. Whatever else
 * finds the other half taken is turned away with 503 and {@code Retry-After} (RFC 9110 §15.6.4).
 */
final class RoomForTokens extends ValveBase {
    private static final String RETRY_AFTER_SECONDS = "5";

    /** What is left of a body that nobody wanted is read, as far as Tomcat would. */
    private static final long MOST_LEFT = 4 << 20;

    private final Counter turnedAway;

    RoomForTokens(MeterRegistry meters) {
        super(true);
        this.turnedAway = meters.counter("sipoauth.requests.turned.away", "limit", "room");
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        @Nullable Semaphore others = RequestThreads.roomForOthers();
        boolean here = isHere(request);
        if (others == null || here && TokenRequests.isOne(request.getMethod(), request.getDecodedRequestURI())) {
            getNext().invoke(request, response);
        } else if (others.tryAcquire()) {
            try {
                getNext().invoke(request, response);
                if (!here) {
                    readToItsEnd(request, response);
                }
            } finally {
                others.release();
            }
        } else {
            turnAway(request, response);
        }
    }

    /** Whether nobody has to wait for the client to read it. */
    private static boolean isHere(Request request) {
        org.apache.coyote.Request received = request.getCoyoteRequest();
        if (received.getHeader(HttpHeaders.TRANSFER_ENCODING) != null) {
            return false;
        }
        if (received.getContentLengthLong() <= 0) {
            return true;
        }
        received.action(ActionCode.AVAILABLE, true);
        return received.getAvailable() >= received.getContentLengthLong();
    }

    /** What the client still sends, Tomcat would wait for afterwards. */
    private static void readToItsEnd(Request request, Response response) {
        org.apache.coyote.Request received = request.getCoyoteRequest();
        Rest rest = new Rest();
        try {
            response.flushBuffer();
            int read = received.doRead(rest);
            for (long left = MOST_LEFT; read >= 0 && left > 0; left -= read) {
                read = received.doRead(rest);
            }
        } catch (IOException gone) {
            received.action(ActionCode.DISABLE_SWALLOW_INPUT, null);
        }
    }

    /** Bytes that nobody looks at. */
    private static final class Rest implements ApplicationBufferHandler {
        private ByteBuffer bytes = ByteBuffer.allocate(0);

        @Override
        public void setByteBuffer(ByteBuffer buffer) {
            bytes = buffer;
        }

        @Override
        public ByteBuffer getByteBuffer() {
            return bytes;
        }

        @Override
        public void expand(int size) {
            // never asked for: nothing is kept
        }
    }

    private void turnAway(Request request, Response response) throws IOException {
        turnedAway.increment();
        request.getCoyoteRequest().action(ActionCode.DISABLE_SWALLOW_INPUT, null);
        response.setHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        ErrorAnswer.send(
                HttpStatus.SERVICE_UNAVAILABLE, "temporarily_unavailable", "too many requests at once", response);
    }
}

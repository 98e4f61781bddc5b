package org.sipoauth.authz.audit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends every record to a syslog receiver. Syslog acknowledges nothing: what a receiver has not read when its connection
 * ends is lost, and nobody is told. So the connection is looked at before each batch, and about once a second, and when it
 * has ended, what was sent shortly before goes out again on the next one; a receiver may get such records twice. From one
 * that reads nothing any more for a while the connection is cut.
 */
final class SyslogTrail extends QueuedTrail {
    private static final int LOOK_MILLIS = 1;
    private static final long DOUBTFUL_NANOS = Duration.ofSeconds(5).toNanos();

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final SyslogReceiver receiver;
    private final Duration patience;
    private final String hostname = hostname();
    private final Counter sent;

    // the writer's alone
    private SyslogReceiver.@Nullable Connection connection;
    private final Deque<Sent> doubtful = new ArrayDeque<>();

    private record Sent(String record, long at) {}

    SyslogTrail(SyslogReceiver receiver, Clock clock, MeterRegistry meters) {
        this(receiver, PATIENCE, clock, meters);
    }

    /** @param patience how long one write may take */
    SyslogTrail(SyslogReceiver receiver, Duration patience, Clock clock, MeterRegistry meters) {
        super("the audit's syslog receiver " + receiver, "sipoauth.audit.syslog", clock, meters);
        this.receiver = receiver;
        this.patience = patience;
        this.sent = meters.counter("sipoauth.audit.syslog.sent");
    }

    @Override
    public void keep(String record) {
        // every record comes by the other way
    }

    @Override
    public void record(String record) {
        offer(record);
    }

    @Override
    void write(List<String> records, boolean last) throws IOException {
        forgetWhatMayBeTakenForRead(); // now: what is sent into a write that gets stuck is not to be
        try {
            SyslogReceiver.Connection open = open();
            if (!records.isEmpty()) {
                ByteArrayOutputStream frames = new ByteArrayOutputStream();
                for (String record : records) {
                    frames.write(SyslogMessage.framed(
                            hostname, ProcessHandle.current().pid(), record));
                }
                send(frames.toByteArray(), open);
                sent.increment(records.size());
                remember(records);
                records.clear();
            }
        } catch (IOException e) {
            close();
            records.addAll(0, doubtful.stream().map(Sent::record).toList());
            doubtful.clear();
            throw e;
        }
    }

    /** Java has no time limit for writing to a socket. */
    private void send(byte[] frames, SyslogReceiver.Connection open) throws IOException {
        CompletableFuture<Boolean> sending =
                new CompletableFuture<Boolean>().completeOnTimeout(false, patience.toMillis(), TimeUnit.MILLISECONDS);
        sending.thenAccept(inTime -> {
            if (!inTime) {
                open.cut();
            }
        });
        try {
            open.socket().getOutputStream().write(frames);
            open.socket().getOutputStream().flush();
        } catch (IOException e) {
            throw sending.complete(true) ? e : new IOException("the receiver reads nothing: the connection is cut", e);
        } finally {
            sending.complete(true);
        }
    }

    private void remember(List<String> records) {
        records.forEach(record -> doubtful.add(new Sent(record, System.nanoTime())));
        forgetWhatMayBeTakenForRead();
    }

    private void forgetWhatMayBeTakenForRead() {
        long now = System.nanoTime();
        while (!doubtful.isEmpty()
                && (doubtful.size() > MOST_WAITING || now - doubtful.getFirst().at() > DOUBTFUL_NANOS)) {
            doubtful.removeFirst();
        }
    }

    /** A connection that the receiver has not ended. */
    private SyslogReceiver.Connection open() throws IOException {
        if (connection == null) {
            connection = receiver.connect();
            connection.socket().setSoTimeout(LOOK_MILLIS);
        }
        requireOpen(connection.socket().getInputStream());
        return connection;
    }

    private static void requireOpen(InputStream input) throws IOException {
        try {
            if (input.read() < 0) {
                throw new IOException("the receiver has ended the connection");
            }
        } catch (SocketTimeoutException silent) {
            // as receivers are
        }
    }

    private static String hostname() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "";
        }
    }

    @Override
    void close() {
        try {
            if (connection != null) {
                connection.socket().close();
            }
        } catch (IOException e) {
            // it is of no more use in any case
        } finally {
            connection = null;
        }
    }
}

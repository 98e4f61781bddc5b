package org.sipoauth.authz.audit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sends every record to a syslog receiver. Syslog acknowledges nothing: what a receiver has not read when its connection
 * ends is lost, and nobody is told. So the connection is looked at before each batch, and about once a second, and when it
 * has ended, what was sent shortly before goes out again on the next one; a receiver may get such records twice.
 */
final class SyslogTrail extends QueuedTrail {
    private static final int LOOK_MILLIS = 1;
    private static final long DOUBTFUL_NANOS = Duration.ofSeconds(5).toNanos();

    private final SyslogReceiver receiver;
    private final String hostname = hostname();
    private final Counter sent;

    // the writer's alone
    private @Nullable Socket connection;
    private final Deque<Sent> doubtful = new ArrayDeque<>();

    private record Sent(String record, long at) {}

    SyslogTrail(SyslogReceiver receiver, Clock clock, MeterRegistry meters) {
        super("the audit's syslog receiver " + receiver, "sipoauth.audit.syslog", clock, meters);
        this.receiver = receiver;
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
        try {
            Socket open = open();
            if (!records.isEmpty()) {
                ByteArrayOutputStream frames = new ByteArrayOutputStream();
                for (String record : records) {
                    frames.write(SyslogMessage.framed(
                            hostname, ProcessHandle.current().pid(), record));
                }
                open.getOutputStream().write(frames.toByteArray());
                open.getOutputStream().flush();
                sent.increment(records.size());
                remember(records);
                records.clear();
            }
        } catch (IOException e) {
            close();
            forgetWhatMayBeTakenForRead();
            records.addAll(0, doubtful.stream().map(Sent::record).toList());
            doubtful.clear();
            throw e;
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
    private Socket open() throws IOException {
        if (connection == null) {
            connection = receiver.connect();
            connection.setSoTimeout(LOOK_MILLIS);
        }
        requireOpen(connection.getInputStream());
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
                connection.close();
            }
        } catch (IOException e) {
            // it is of no more use in any case
        } finally {
            connection = null;
        }
    }
}

package org.sipoauth.verifier.refresh;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Fetches documents over HTTP, bounded in time and size. Redirects are not followed: addresses are configuration. */
public final class HttpFetcher implements AutoCloseable {
    private final Duration timeout;
    private @Nullable HttpClient client;
    private final AtomicLong bytesRead = new AtomicLong();

    /** @param timeout for one fetch from connection to last byte */
    public HttpFetcher(@Nullable SSLContext sslContext, Duration timeout) {
        this.timeout = timeout;
        HttpClient.Builder settings = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(timeout);
        if (sslContext != null) {
            settings.sslContext(sslContext);
        }
        this.client = settings.build();
    }

    /** A fetch that is under way. */
    public final class Fetch {
        private final CompletableFuture<HttpResponse<byte[]>> response;
        private final boolean conditional;
        private final long startNanos = System.nanoTime();

        private Fetch(CompletableFuture<HttpResponse<byte[]>> response, boolean conditional) {
            this.response = response;
            this.conditional = conditional;
        }

        /**
         * The document, or the news that it {@linkplain #isUnchanged is still the one we know}. With one deadline for all of it: the
         * client's own ends with the header, and a slow body could go on for ever.
         */
        public HttpResponse<byte[]> await() throws IOException, InterruptedException {
            try {
                long leftNanos = startNanos + timeout.toNanos() - System.nanoTime();
                return checked(response.get(Math.max(0, leftNanos), TimeUnit.NANOSECONDS));
            } catch (TimeoutException e) {
                throw new IOException("no answer within " + timeout, e);
            } catch (ExecutionException e) {
                throw new IOException(String.valueOf(e.getCause()), e.getCause());
            } finally {
                cancel();
            }
        }

        /** Gives it up, if it is still under way. */
        public void cancel() {
            response.cancel(true);
        }

        private HttpResponse<byte[]> checked(HttpResponse<byte[]> received) throws IOException {
            if (received.statusCode() != 200 && !(conditional && isUnchanged(received))) {
                throw new IOException("answered " + received.statusCode());
            }
            return received;
        }
    }

    /** Whether it says that the document is still the one we know. */
    public static boolean isUnchanged(HttpResponse<?> answer) {
        return answer.statusCode() == 304;
    }

    /** The name that its server gave to this version of it (RFC 9110 §8.8.3). */
    public static Optional<String> entityTag(HttpResponse<?> answer) {
        return answer.headers().firstValue("ETag");
    }

    /**
     * Starts to fetch a document, conditionally where a version of it is known (RFC 9110 §13.1.2).
     *
     * @param maxBytes the most that its body may have
     */
    public Fetch start(URI uri, String accept, Optional<String> knownEntityTag, int maxBytes) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).header("Accept", accept);
        if (knownEntityTag.isPresent()) {
            request.header("If-None-Match", knownEntityTag.get());
        }
        return new Fetch(
                Objects.requireNonNull(client).sendAsync(request.build(), head -> new LimitedBody(maxBytes)),
                knownEntityTag.isPresent());
    }

    /** Of all bodies so far. */
    public long bytesRead() {
        return bytesRead.get();
    }

    /** Ends the client's thread at once from Java 21 on; before, it ends when the client is garbage, which it is from now on. */
    @Override
    public void close() {
        if (client instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                throw new IllegalStateException("an HTTP client closes without exception", e);
            }
        }
        client = null;
    }

    /** Collects a body and gives up as soon as it exceeds the limit. */
    private final class LimitedBody implements HttpResponse.BodySubscriber<byte[]> {
        private final int limit;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final CompletableFuture<byte[]> body = new CompletableFuture<>();
        private @Nullable Subscription subscription;

        LimitedBody(int limit) {
            this.limit = limit;
        }

        @Override
        public CompletionStage<byte[]> getBody() {
            return body;
        }

        @Override
        public void onSubscribe(Subscription newSubscription) {
            subscription = newSubscription;
            newSubscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            for (ByteBuffer buffer : buffers) {
                bytesRead.addAndGet(buffer.remaining());
                if (bytes.size() + buffer.remaining() > limit) {
                    body.completeExceptionally(new IOException("document of more than " + limit + " bytes"));
                    if (subscription != null) {
                        subscription.cancel();
                    }
                    return;
                }
                byte[] chunk = new byte[buffer.remaining()];
                buffer.get(chunk);
                bytes.writeBytes(chunk);
            }
        }

        @Override
        public void onError(Throwable failure) {
            body.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            body.complete(bytes.toByteArray());
        }
    }
}

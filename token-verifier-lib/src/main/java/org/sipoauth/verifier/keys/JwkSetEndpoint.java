package org.sipoauth.verifier.keys;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** An HTTP resource with a JWK Set, fetched one at a time. Redirects are not followed: the address is configuration. */
final class JwkSetEndpoint implements AutoCloseable {
    private final URI uri;
    private final Duration timeout;
    private final HttpClient client;
    private @Nullable Tagged last;

    /** A document and the name its server gave to that version of it (RFC 9110 §8.8.3). */
    private record Tagged(String entityTag, byte[] document) {}

    JwkSetEndpoint(URI uri, @Nullable SSLContext sslContext, Duration timeout) {
        this.uri = uri;
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

    /** The document as it is now; asks conditionally where it can (RFC 9110 §13.1.2). */
    byte[] fetch() throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri).header("Accept", "application/jwk-set+json, application/json");
        Tagged known = last;
        if (known != null) {
            request.header("If-None-Match", known.entityTag());
        }
        HttpResponse<byte[]> response = send(request.build());
        if (response.statusCode() == 304 && known != null) {
            return known.document();
        }
        if (response.statusCode() != 200) {
            throw new IOException("answered " + response.statusCode());
        }
        last = response.headers()
                .firstValue("ETag")
                .map(tag -> new Tagged(tag, response.body()))
                .orElse(null);
        return response.body();
    }

    /** Asks unconditionally next time, after a document that turned out to be broken. */
    void forget() {
        last = null;
    }

    /** With one deadline for all of it: the client's own ends with the header, and a slow body could go on for ever. */
    private HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<byte[]>> response =
                client.sendAsync(request, head -> new LimitedBody(JwkSet.MAX_BYTES));
        try {
            return response.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + timeout, e);
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause()), e.getCause());
        } finally {
            response.cancel(true);
        }
    }

    /** Ends the client's thread at once from Java 21 on; before, it ends when the client is garbage. */
    @Override
    public void close() {
        if (client instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                throw new IllegalStateException("an HTTP client closes without exception", e);
            }
        }
    }

    /** Collects a body and gives up as soon as it exceeds the limit. */
    private static final class LimitedBody implements HttpResponse.BodySubscriber<byte[]> {
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

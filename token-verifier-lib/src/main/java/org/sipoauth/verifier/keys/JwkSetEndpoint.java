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
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** An HTTP resource with a JWK Set, fetched one at a time. Redirects are not followed: the address is configuration. */
final class JwkSetEndpoint {
    private final URI uri;
    private final @Nullable SSLContext sslContext;
    private final Duration timeout;
    private @Nullable String entityTag;

    JwkSetEndpoint(URI uri, @Nullable SSLContext sslContext, Duration timeout) {
        this.uri = uri;
        this.sslContext = sslContext;
        this.timeout = timeout;
    }

    /** The document, or empty where the last one fetched still holds (RFC 9110 §13.1.2). */
    Optional<byte[]> fetch() throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri).header("Accept", "application/jwk-set+json, application/json");
        if (entityTag != null) {
            request.header("If-None-Match", entityTag);
        }
        HttpResponse<byte[]> response = send(request.build());
        return switch (response.statusCode()) {
            case 200 -> {
                entityTag = response.headers().firstValue("ETag").orElse(null);
                yield Optional.of(response.body());
            }
            case 304 -> Optional.empty();
            default -> throw new IOException("answered " + response.statusCode());
        };
    }

    /** Drops what a 304 would refer to, after a document that turned out to be broken. */
    void forget() {
        entityTag = null;
    }

    /** With one deadline for all of it: the client's own ends with the header, and a slow body could go on for ever. */
    private HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
        HttpClient client = newClient();
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

    /** A client for each fetch, minutes apart: an idle one would keep a thread and a connection. */
    private HttpClient newClient() {
        HttpClient.Builder client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(timeout);
        if (sslContext != null) {
            client.sslContext(sslContext);
        }
        return client.build();
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

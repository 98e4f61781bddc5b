package org.sipoauth.registrar.location;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** The one connection to Redis that all requests share. Stands when Redis is there; until then every command fails at once. */
final class RedisConnection implements AutoCloseable {
    private static final RedisCodec<String, byte[]> CODEC = RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);

    /** A Redis that is back is to be used within a second; Lettuce would wait up to half a minute. */
    private static final Delay RECONNECT =
            Delay.exponential(Duration.ofMillis(10), Duration.ofSeconds(1), 2, TimeUnit.MILLISECONDS);

    private static final Duration CLUSTER_LOOK = Duration.ofSeconds(30);

    /** Commands without an answer yet. There are so many only of a Redis that hangs: further phones had better come again. */
    private static final int MAX_UNANSWERED = 16_384;

    private static final int THREADS = 2;

    private final ClientResources resources = DefaultClientResources.builder()
            .ioThreadPoolSize(THREADS)
            .computationThreadPoolSize(THREADS)
            .reconnectDelay(() -> RECONNECT)
            .build();
    private final AbstractRedisClient client;
    private final Supplier<CompletionStage<Open>> opener;
    private final AtomicBoolean opening = new AtomicBoolean();
    private volatile Optional<Open> current = Optional.empty();
    private volatile boolean closed;

    private record Open(
            StatefulConnection<String, byte[]> connection, RedisClusterAsyncCommands<String, byte[]> commands) {}

    /** @param trust whom to trust if the address asks for TLS; the JDK's authorities if empty */
    RedisConnection(RedisAddress address, Optional<TrustManagerFactory> trust) {
        SslOptions.Builder tls = SslOptions.builder().handshakeTimeout(RedisLocation.TIME_LIMIT);
        trust.ifPresent(tls::trustManager);
        ClusterClientOptions.Builder options = ClusterClientOptions.builder()
                .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS) // not to be sent long after their requests
                .requestQueueSize(MAX_UNANSWERED)
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(RedisLocation.TIME_LIMIT)
                        .keepAlive(true)
                        .build())
                .sslOptions(tls.build());
        if (address.isCluster()) {
            options.topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                    .enablePeriodicRefresh(CLUSTER_LOOK)
                    .build());
            RedisClusterClient cluster = RedisClusterClient.create(resources, address.nodes());
            cluster.setOptions(options.build());
            client = cluster;
            opener = () -> cluster.refreshPartitionsAsync()
                    .thenCompose(known -> cluster.connectAsync(CODEC))
                    .thenApply(connection -> new Open(connection, connection.async()));
        } else {
            RedisClient single = RedisClient.create(resources);
            single.setOptions(options.build());
            client = single;
            opener = () -> single.connectAsync(CODEC, address.nodes().get(0))
                    .thenApply(connection -> new Open(connection, connection.async()));
        }
    }

    /** Sends a command; fails with Lettuce's exceptions, or a {@link LocationAwayException} where there is no connection. */
    <T extends @Nullable Object> CompletionStage<T> send(
            Function<RedisClusterAsyncCommands<String, byte[]>, CompletionStage<T>> command) {
        try {
            return current.map(open -> command.apply(open.commands()))
                    .orElseGet(() -> CompletableFuture.failedFuture(
                            new LocationAwayException("there is no connection to Redis yet")));
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    /**
     * Opens the connection, or another in its place. A node that hangs, a network that swallows packets and a master that
     * has become a replica leave the connection up, so it would be used long after another node has taken over.
     *
     * @return when that has been tried; fails if there is no new connection
     */
    CompletionStage<Void> reopen() {
        if (closed || !opening.compareAndSet(false, true)) {
            return CompletableFuture.completedFuture(null);
        }
        CompletionStage<Open> opened;
        try {
            opened = opener.get();
        } catch (RuntimeException refused) {
            opened = CompletableFuture.failedFuture(refused);
        }
        return opened.thenAccept(this::use).whenComplete((used, failure) -> opening.set(false));
    }

    private void use(Open open) {
        Optional<Open> before = current;
        current = Optional.of(open);
        before.ifPresent(old -> old.connection().closeAsync()); // what waits for it ends now
    }

    @Override
    public void close() {
        closed = true;
        client.shutdown(0, 1, TimeUnit.SECONDS);
        resources.shutdown(0, 1, TimeUnit.SECONDS);
    }
}

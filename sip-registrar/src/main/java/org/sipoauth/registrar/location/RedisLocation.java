package org.sipoauth.registrar.location;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisReadOnlyException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Bindings that several registrars share, in Redis (6.2 or later; alone, behind Sentinels or as a Cluster).
 *
 * <p>Each address-of-record is one key, {@code location:} and itself, with one {@link BindingRecord} that ends with its last
 * binding. To change it, a registrar reads it, applies the rule, and has it replaced if it still is what was read; else
 * it applies the rule to what it is now. So the rules stay in one place and nobody's binding is lost, and since the whole
 * record is compared rather than a version of it, no number can come round again. Redis alone never decides whether a
 * binding is live: the registrar's clock does, to the millisecond.
 *
 * <p>Beside that, each registrar remembers in memory the bindings it has registered itself, until they expire. These it shows
 * and counts, holds to the limit, and removes when their logins are revoked: an index in Redis would need a second key,
 * hence another node of a Cluster, for each change, and going through all keys would take longer the more there are. What
 * was registered by a registrar that has gone since is not removed, and ends at its expiry; the rules pass it over.
 */
public final class RedisLocation implements Location {
    private static final Logger LOG = LoggerFactory.getLogger(RedisLocation.class);

    /** An answer takes well under a millisecond; whoever waits for seconds is better told to come again. */
    public static final Duration TIME_LIMIT = Duration.ofSeconds(2);

    /** A process that has just begun takes longer for it than any later, and no phone waits yet. */
    private static final Duration FIRST_CONNECTION = Duration.ofSeconds(10);

    private static final String PREFIX = "location:";
    private static final String PROBE = PREFIX + "probe";

    /** Each means that another's change came between, so there are as many only where as many change the same record. */
    private static final int MAX_ATTEMPTS = 100;

    /** Changes under way while bindings are removed: the phones' requests are to come through meanwhile. */
    private static final int REMOVED_AT_ONCE = 64;

    private static final String OUT_OF_MEMORY = "OOM command not allowed";

    /** Nothing where the record was replaced, else what it is. */
    private static final String REPLACE = """
            local held = redis.call('GET', KEYS[1]) or ''
            if held ~= ARGV[1] then
              return held
            end
            if ARGV[2] == '' then
              redis.call('DEL', KEYS[1])
            else
              redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
            end
            return false
            """;

    private final RedisAddress address;
    private final RedisConnection connection;
    private final InMemoryLocation own = new InMemoryLocation(Integer.MAX_VALUE);
    private final int limit;
    private final Duration timeLimit;
    private final AtomicBoolean probing = new AtomicBoolean();
    private final Set<String> told = ConcurrentHashMap.newKeySet(); // why it is away, since it is
    private final AtomicBoolean leftSome = new AtomicBoolean(); // at the last removal
    private volatile boolean usable = true;
    private volatile boolean closed;

    private record Change(String addressOfRecord, Instant now, UnaryOperator<List<Binding>> rule) {
        String key() {
            return PREFIX + addressOfRecord;
        }
    }

    /**
     * Waits a moment for the connection; without it, phones are asked to come again until it is there.
     *
     * @param trust whom to trust if the address asks for TLS; the JDK's authorities if empty
     * @param limit most bindings that this registrar remembers
     */
    public RedisLocation(RedisAddress address, Optional<TrustManagerFactory> trust, int limit) {
        this(address, trust, limit, TIME_LIMIT);
    }

    /** @param timeLimit for the answer to a change */
    RedisLocation(RedisAddress address, Optional<TrustManagerFactory> trust, int limit, Duration timeLimit) {
        this.timeLimit = timeLimit;
        this.address = address;
        this.connection = new RedisConnection(address, trust);
        this.limit = limit;
        try {
            connection.reopen().toCompletableFuture().get(FIRST_CONNECTION.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException away) {
            foundAway(away);
        }
    }

    @Override
    public CompletionStage<List<Binding>> update(
            String addressOfRecord, Instant now, UnaryOperator<List<Binding>> rule) {
        return changed(new Change(addressOfRecord, now, rule)).handle((registered, failure) -> {
            if (failure != null) {
                throw explained(failure);
            }
            return registered;
        });
    }

    /** Fails with whatever the failure is. */
    private CompletableFuture<List<Binding>> changed(Change change) {
        return connection
                .send(commands -> commands.get(change.key()))
                .thenCompose(held -> replace(change, held == null ? BindingRecord.NONE : held, MAX_ATTEMPTS))
                .toCompletableFuture()
                .orTimeout(timeLimit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private CompletionStage<List<Binding>> replace(Change change, byte[] held, int attempts) {
        if (attempts == 0) {
            throw new LocationAwayException(
                    "others change the bindings of " + change.addressOfRecord() + " all the time");
        }
        List<Binding> before;
        try {
            before = BindingRecord.decode(change.addressOfRecord(), held);
        } catch (DamagedRecordException damaged) {
            return removeDamaged(change, held, damaged)
                    .thenCompose(other -> replace(change, other == null ? BindingRecord.NONE : other, attempts - 1));
        }
        List<Binding> next = List.copyOf(change.rule().apply(InMemoryLocation.live(before, change.now())));
        byte[] record = BindingRecord.encode(next);
        if (Arrays.equals(record, held)) {
            if (own.count(change.addressOfRecord()) > 0) {
                own.update(change.addressOfRecord(), change.now(), mine -> next); // another may have changed it
            }
            return CompletableFuture.completedFuture(next);
        }
        int more = next.size() - own.count(change.addressOfRecord());
        if (more > 0 && own.size() + more > limit) {
            throw new LocationFullException(limit);
        }
        return swap(change.key(), held, record, millisToLast(next, change.now()))
                .thenCompose(other -> {
                    if (other != null) {
                        return replace(change, other, attempts - 1);
                    }
                    own.update(change.addressOfRecord(), change.now(), mine -> next);
                    return CompletableFuture.completedFuture(next);
                });
    }

    /** Nobody could register while it stands. Phones of the same address that it held come back with their next registration. */
    private CompletionStage<byte @Nullable []> removeDamaged(
            Change change, byte[] held, DamagedRecordException damaged) {
        return swap(change.key(), held, BindingRecord.NONE, 1).thenApply(other -> {
            if (other == null) {
                LOG.warn(
                        "the bindings of {} in Redis were damaged ({}), and are begun anew: of several phones of that address, the"
                                + " others are called again when they have registered again. If this comes often, look what else"
                                + " writes to keys {}*, and whether Redis loses data",
                        change.addressOfRecord(),
                        damaged.getMessage(),
                        PREFIX);
            }
            return other;
        });
    }

    /** @return null where it was replaced, else what it is */
    private CompletionStage<byte @Nullable []> swap(String key, byte[] held, byte[] record, long millis) {
        return connection.send(commands -> commands.<byte[]>eval(
                REPLACE, ScriptOutputType.VALUE, new String[] {key}, held, record, ascii(millis)));
    }

    private static long millisToLast(List<Binding> bindings, Instant now) {
        return bindings.stream()
                .mapToLong(binding -> Duration.between(now, binding.expiresAt()).toMillis())
                .map(millis -> Math.max(1, millis))
                .max()
                .orElse(1);
    }

    private static byte[] ascii(long number) {
        return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
    }

    private RuntimeException explained(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        String message = String.valueOf(cause.getMessage());
        if (cause instanceof TimeoutException) {
            return new LocationAwayException("Redis has not answered within " + timeLimit.toMillis() + " ms");
        }
        if (cause instanceof RedisException) {
            return message.contains(OUT_OF_MEMORY)
                    ? new LocationFullException("the memory of Redis is full")
                    : new LocationAwayException(message);
        }
        if (cause instanceof ForeignRecordException
                || cause instanceof IOException) { // that of a connection that breaks
            return new LocationAwayException(message);
        }
        return cause instanceof RuntimeException ours ? ours : new CompletionException(cause);
    }

    @Override
    public List<Binding> all(Instant now) {
        return own.all(now);
    }

    @Override
    public List<Binding> remove(Predicate<Binding> unwanted, Instant now) {
        List<String> addressesOfRecord = own.all(now).stream()
                .filter(unwanted)
                .map(Binding::addressOfRecord)
                .distinct()
                .toList();
        List<Binding> removed = new ArrayList<>();
        int left = addressesOfRecord.size();
        Optional<Throwable> failure = Optional.empty();
        for (int from = 0; from < addressesOfRecord.size(); from += REMOVED_AT_ONCE) {
            List<CompletableFuture<List<Binding>>> batch =
                    addressesOfRecord.subList(from, Math.min(from + REMOVED_AT_ONCE, addressesOfRecord.size())).stream()
                            .map(addressOfRecord -> remove(addressOfRecord, unwanted, now))
                            .toList();
            boolean answered = false;
            for (CompletableFuture<List<Binding>> one : batch) {
                try {
                    removed.addAll(one.join());
                    left--;
                    answered = true;
                } catch (CompletionException failed) {
                    failure = Optional.of(explained(failed));
                    answered |= isAnswer(failed.getCause());
                }
            }
            if (!answered) {
                break; // each batch to come might wait as long
            }
        }
        boolean before = leftSome.getAndSet(failure.isPresent());
        if (failure.isPresent()) {
            LOG.atLevel(before ? Level.DEBUG : Level.WARN)
                    .log(
                            "bindings of {} addresses could not be removed, and are tried again: {}",
                            left,
                            failure.get().getMessage());
        }
        return removed;
    }

    private CompletableFuture<List<Binding>> remove(String addressOfRecord, Predicate<Binding> unwanted, Instant now) {
        List<Binding> removed = new ArrayList<>(); // by the last attempt, which is the one that counts
        return changed(new Change(addressOfRecord, now, before -> {
                    removed.clear();
                    before.stream().filter(unwanted).forEach(removed::add);
                    return before.stream().filter(unwanted.negate()).toList();
                }))
                .thenApply(rest -> List.copyOf(removed));
    }

    /** Whether Redis is there, and this one record alone is in the way: it is no string, say, or of a later release. */
    private static boolean isAnswer(Throwable failure) {
        return failure instanceof RedisCommandExecutionException || failure instanceof ForeignRecordException;
    }

    @Override
    public int size() {
        return own.size();
    }

    /** Looks whether Redis takes writes, too, and opens another connection if it does not answer. */
    @Override
    public void sweep(Instant now) {
        own.sweep(now);
        if (!probing.compareAndSet(false, true)) {
            return;
        }
        connection
                .send(commands -> commands.set(PROBE, BindingRecord.NONE, SetArgs.Builder.px(TIME_LIMIT)))
                .toCompletableFuture()
                .orTimeout(TIME_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((stored, failure) -> {
                    probing.set(false);
                    if (failure == null) {
                        foundThere();
                    } else {
                        foundAway(failure);
                    }
                });
    }

    private void foundThere() {
        if (!usable) {
            usable = true;
            told.clear();
            LOG.info("Redis at {} is there again", address);
        }
    }

    private void foundAway(Throwable failure) {
        if (closed) {
            return;
        }
        usable = false;
        tell(failure);
        boolean answered = failure instanceof RedisCommandExecutionException;
        if (!answered || failure instanceof RedisReadOnlyException) {
            connection.reopen().whenComplete((opened, refused) -> {
                if (refused != null && !closed) {
                    tell(refused);
                }
            });
        }
    }

    /** Each reason once: it is asked every second. */
    private void tell(Throwable failure) {
        String reason = reason(failure);
        if (told.add(reason)) {
            LOG.error("Redis at {} is away, phones are asked to come again: {}", address, reason);
        }
    }

    /** The first cause is the one that helps: that a password is wrong, that a port is closed. */
    private static String reason(Throwable failure) {
        Throwable first = failure;
        while (first.getCause() != null) {
            first = first.getCause();
        }
        return first instanceof TimeoutException ? "it does not answer" : String.valueOf(first.getMessage());
    }

    @Override
    public boolean isUsable() {
        return usable;
    }

    @Override
    public void close() {
        closed = true;
        connection.close();
    }
}

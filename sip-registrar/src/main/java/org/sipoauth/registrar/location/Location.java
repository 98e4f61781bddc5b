package org.sipoauth.registrar.location;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** The bindings of all addresses-of-record. Thread-safe; {@link #remove} and {@link #close} alone may wait. */
public interface Location extends AutoCloseable {
    /**
     * Replaces the bindings of one address-of-record, atomically and as a whole.
     *
     * @param rule the live bindings in order of registration to those that take their place. May be called more than
     *     once and on any thread, so must be pure; what it throws leaves everything as it was
     * @return what is registered afterwards. Fails with what the rule has thrown, or with a {@link LocationFullException} if
     *     there is no room for more bindings; then everything is as it was. Fails with a {@link LocationAwayException} if
     *     the bindings cannot be had; then it is not known whether they were replaced
     */
    CompletionStage<List<Binding>> update(String addressOfRecord, Instant now, UnaryOperator<List<Binding>> rule);

    /** The live bindings that this registrar holds: all, or where they are shared, those it has registered. */
    List<Binding> all(Instant now);

    /**
     * Removes bindings of {@link #all} at once, whatever they have left. Not for the threads of connections.
     *
     * @return those removed; one that is added meanwhile may be missed, and so may those that cannot be had, which are among
     *     {@link #all} still
     */
    List<Binding> remove(Predicate<Binding> unwanted, Instant now);

    /** How many bindings this registrar holds, the expired among them until they are swept. */
    int size();

    /** For every second: lets go of what has expired, on which no answer depends, and looks whether the bindings can be had. */
    void sweep(Instant now);

    /** Whether phones can register, as far as it is up to the location. */
    boolean isUsable();

    @Override
    void close();
}

package org.sipoauth.registrar.location;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.sipoauth.registrar.sip.Contact;

class InMemoryLocationTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String AOR = "sip:1001@example.com";

    private static Binding binding(String contact, Instant expiresAt) {
        return new Binding(
                AOR, Contact.parse(contact), Optional.empty(), "a", 1, expiresAt, List.of(), Optional.empty());
    }

    private static UnaryOperator<List<Binding>> adding(Binding binding) {
        return before -> {
            List<Binding> after = new ArrayList<>(before);
            after.add(binding);
            return after;
        };
    }

    @Test
    void showsABindingUntilItExpires() {
        InMemoryLocation location = new InMemoryLocation(10);
        Instant end = NOW.plusSeconds(60);
        location.update(AOR, NOW, adding(binding("<sip:a@b>", end)));

        assertThat(location.update(AOR, end.minusNanos(1), UnaryOperator.identity()))
                .isCompletedWithValueMatching(registered -> registered.size() == 1);
        assertThat(location.all(end.minusNanos(1))).hasSize(1);
        assertThat(location.all(end)).isEmpty();
        assertThat(location.update(AOR, end, UnaryOperator.identity())).isCompletedWithValue(List.of());
    }

    @Test
    void holdsWhatHasExpiredUntilItIsSwept() {
        InMemoryLocation location = new InMemoryLocation(10);
        location.update(AOR, NOW, adding(binding("<sip:a@b>", NOW.plusSeconds(60))));
        location.update(AOR, NOW, adding(binding("<sip:c@d>", NOW.plusSeconds(90))));
        location.sweep(NOW.plusSeconds(59));
        assertThat(location.size()).isEqualTo(2);
        location.sweep(NOW.plusSeconds(60));
        assertThat(location.size()).isEqualTo(1);
        location.sweep(NOW.plusSeconds(90));
        assertThat(location.size()).isZero();
    }

    @Test
    void changesNothingWhenTheRuleThrows() {
        InMemoryLocation location = new InMemoryLocation(10);
        location.update(AOR, NOW, adding(binding("<sip:a@b>", NOW.plusSeconds(60))));

        assertThat(location.update(AOR, NOW, before -> {
                    throw new IllegalStateException("no");
                }))
                .isCompletedExceptionally();
        assertThat(location.all(NOW)).hasSize(1);
        assertThat(location.size()).isEqualTo(1);
    }

    @Test
    void neverHoldsMoreThanItsLimitHoweverManyComeAtOnce() {
        InMemoryLocation location = new InMemoryLocation(50);
        List<CompletableFuture<Boolean>> attempts = IntStream.range(0, 200)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> location.update(
                                "sip:" + i + "@example.com", NOW, adding(binding("<sip:a@b>", NOW.plusSeconds(9))))
                        .handle((registered, full) -> full == null)
                        .toCompletableFuture()
                        .join()))
                .toList();

        assertThat(attempts.stream().filter(CompletableFuture::join)).hasSize(50);
        assertThat(location.size()).isEqualTo(50);
    }

    @Test
    void remainingTimeIsNeverZeroWhileTheBindingLives() {
        Binding binding = binding("<sip:a@b>", NOW.plusMillis(1));

        assertThat(binding.isLive(NOW)).isTrue();
        assertThat(binding.remainingSeconds(NOW)).isOne();
    }
}

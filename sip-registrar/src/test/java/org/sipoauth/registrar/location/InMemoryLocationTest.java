package org.sipoauth.registrar.location;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InMemoryLocationTest extends LocationContract {
    @Override
    Location open(int limit) {
        return new InMemoryLocation(limit);
    }

    @Test
    void isDoneWhenItReturns() {
        InMemoryLocation location = new InMemoryLocation(1);

        assertThat(location.update(AOR, NOW, adding("<sip:a@b>", NOW.plusSeconds(60))))
                .isCompleted();
        assertThat(location.update(AOR, NOW, adding("<sip:c@d>", NOW.plusSeconds(60))))
                .isCompletedExceptionally();
    }

    @Test
    void neverHoldsMoreThanItsLimitHoweverManyComeAtOnce() {
        InMemoryLocation location = new InMemoryLocation(50);
        List<CompletableFuture<Boolean>> attempts = IntStream.range(0, 200)
                .mapToObj(i -> "sip:" + i + "@example.com")
                .map(aor -> CompletableFuture.supplyAsync(() -> location.update(
                                aor, NOW, before -> List.of(binding(aor, "<sip:a@b>", NOW.plusSeconds(9))))
                        .handle((registered, full) -> full == null)
                        .toCompletableFuture()
                        .join()))
                .toList();

        assertThat(attempts.stream().filter(CompletableFuture::join)).hasSize(50);
        assertThat(location.size()).isEqualTo(50);
    }

    @Test
    void remainingTimeIsNeverZeroWhileTheBindingLives() {
        Binding binding = binding(AOR, "<sip:a@b>", NOW.plusMillis(1));

        assertThat(binding.isLive(NOW)).isTrue();
        assertThat(binding.remainingSeconds(NOW)).isOne();
    }
}

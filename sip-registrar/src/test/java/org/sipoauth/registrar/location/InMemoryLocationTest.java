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
    void refusesNobodyForWhomThereIsRoomBecauseOfWhoAsksForMore() {
        Location location = new InMemoryLocation(2);
        done(location.update("sip:0@example.com", NOW, adding("<sip:a@b>", NOW.plusSeconds(60))));
        CompletableFuture<Void> greedy = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 50_000; i++) {
                location.update(
                        "sip:greedy@example.com",
                        NOW,
                        before -> List.of(
                                binding("sip:greedy@example.com", "<sip:a@b>", NOW.plusSeconds(60)),
                                binding("sip:greedy@example.com", "<sip:c@d>", NOW.plusSeconds(60))));
            }
        });
        do {
            done(location.update(
                    "sip:1@example.com",
                    NOW,
                    before -> List.of(binding("sip:1@example.com", "<sip:a@b>", NOW.plusSeconds(60)))));
            done(location.update("sip:1@example.com", NOW, before -> List.of()));
        } while (!greedy.isDone());

        assertThat(location.size()).isEqualTo(1);
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

package org.sipoauth.registrar.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class UnfinishedMessagesTest {
    private final UnfinishedMessages unfinished = new UnfinishedMessages(80);
    private final List<String> ended = new ArrayList<>();

    private UnfinishedMessages.Share share(String name) {
        return unfinished.share(() -> ended.add(name));
    }

    @Test
    void endsNobodyAsLongAsThereIsRoom() {
        share("a").take(40, false);
        share("b").take(40, false);

        assertThat(ended).isEmpty();
        assertThat(unfinished.bytes()).isEqualTo(80);
    }

    @Test
    void endsTheLargestFirstAndNoMoreThanThereMustBe() {
        share("small").take(5, false);
        share("large").take(40, false);
        share("larger").take(34, false);
        share("last").take(2, false);

        assertThat(ended).containsExactly("large");
        assertThat(unfinished.bytes()).isEqualTo(41);
    }

    @Test
    void endsThoseOfNobodyKnownBeforeLargerOnes() {
        share("phone").take(40, true);
        share("a").take(5, false);
        share("b").take(10, false);
        share("edge").take(30, true);

        assertThat(ended).containsExactly("b", "a");
    }

    @Test
    void endsThoseThatAreKnownIfThereAreNoOthers() {
        share("phone").take(50, true);
        share("edge").take(31, true);

        assertThat(ended).containsExactly("phone");
    }

    @Test
    void endsNobodyWhoseMessageIsWhole() {
        UnfinishedMessages.Share whole = share("whole");
        whole.take(70, false);
        whole.take(0, false);
        share("a").take(60, true);
        share("b").take(30, true);

        assertThat(ended).containsExactly("a");
    }

    /** One that ends gives back what else its connection holds; if that made room, ends would nest as deep as there are any. */
    @Test
    void endsOneAfterAnother() {
        UnfinishedMessages.Share messages = share("messages");
        messages.take(1, false);
        UnfinishedMessages.Share records = unfinished.share(() -> {
            messages.take(0, false);
            ended.add("records");
        });
        records.take(20, false);
        share("small").take(10, false);
        share("edge").take(200, true);

        assertThat(ended).containsExactly("records", "small", "edge");
        assertThat(unfinished.bytes()).isZero();
    }

    @Test
    void countsNothingOfWhoHasBeenEnded() {
        UnfinishedMessages.Share greedy = share("greedy");
        greedy.take(81, false);
        greedy.take(1_000, false);
        greedy.take(0, false);

        assertThat(ended).containsExactly("greedy");
        assertThat(unfinished.bytes()).isZero();
    }

    @Test
    void forgetsWhoHasBeenEndedHoweverTheEndAndTheNextMessageMeet() throws Exception {
        Set<Long> below = ConcurrentHashMap.newKeySet();
        Runnable sender = () -> {
            for (int i = 0; i < 50_000; i++) {
                UnfinishedMessages.Share share = unfinished.share(() -> {
                    if (unfinished.bytes() < 0) {
                        below.add(unfinished.bytes());
                    }
                });
                for (int message = 0; message < 4; message++) {
                    share.take(50, false);
                    share.take(0, false);
                }
            }
        };
        List<Thread> senders = List.of(new Thread(sender), new Thread(sender), new Thread(sender));
        senders.forEach(Thread::start);
        for (Thread each : senders) {
            each.join();
        }

        assertThat(unfinished.count()).isZero();
        assertThat(unfinished.bytes()).isZero();
        assertThat(below).isEmpty();
    }
}

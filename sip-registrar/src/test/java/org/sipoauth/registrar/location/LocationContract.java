package org.sipoauth.registrar.location;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.sipoauth.registrar.sip.Contact;
import org.sipoauth.verifier.status.StatusReference;

/** What holds for bindings wherever they are kept. */
abstract class LocationContract {
    /** The clock that counts is the registrar's, whatever a store's own may show. */
    static final Instant NOW = Instant.parse("2026-03-01T12:00:00.123Z");

    static final String AOR = "sip:1001@example.com";
    private static final StatusReference LOGIN = new StatusReference("https://as.example.com/lists/1", 7);

    /** An empty one, which the test closes. */
    abstract Location open(int limit) throws Exception;

    static Binding binding(String addressOfRecord, String contact, Instant expiresAt) {
        return new Binding(
                addressOfRecord,
                Contact.parse(contact),
                Optional.of("CSFALICE"),
                "call",
                7,
                expiresAt,
                List.of("<sip:edge.example.com;lr;ob>"),
                Optional.of(LOGIN),
                Optional.of("node1/1a2b3c4d@192.0.2.4:40000"));
    }

    static UnaryOperator<List<Binding>> adding(String contact, Instant expiresAt) {
        return before -> {
            List<Binding> after = new ArrayList<>(before);
            after.add(binding(AOR, contact, expiresAt));
            return after;
        };
    }

    static List<Binding> done(CompletionStage<List<Binding>> update) {
        return update.toCompletableFuture().join();
    }

    static List<Binding> find(Location location, Instant now) {
        return done(location.update(AOR, now, UnaryOperator.identity()));
    }

    @Test
    void keepsBindingsInTheOrderOfTheRuleAndAsTheyWere() throws Exception {
        try (Location location = open(10)) {
            Instant end = NOW.plusSeconds(60);
            Binding edge =
                    binding(AOR, "<sip:a@[2001:db8::1]:5061;transport=tls>;q=0.5;+sip.instance=\"<urn:uuid:1>\"", end);
            Binding bare = new Binding(
                    AOR,
                    Contact.parse("\"Ä, \\\"B\\\"\" <tel:+49-30>"),
                    Optional.empty(),
                    "",
                    4_294_967_295L,
                    end,
                    List.of(),
                    Optional.empty(),
                    Optional.empty());
            assertThat(done(location.update(AOR, NOW, before -> List.of(edge, bare))))
                    .containsExactly(edge, bare);

            assertThat(find(location, NOW)).usingRecursiveComparison().isEqualTo(List.of(edge, bare));
            assertThat(location.all(NOW)).hasSize(2);
            assertThat(location.size()).isEqualTo(2);
            assertThat(done(location.update("sip:1002@example.com", NOW, UnaryOperator.identity())))
                    .isEmpty();
        }
    }

    @Test
    void showsABindingUntilItExpires() throws Exception {
        try (Location location = open(10)) {
            Instant end = NOW.plusSeconds(60);
            done(location.update(AOR, NOW, adding("<sip:a@b>", end)));
            done(location.update(AOR, NOW, adding("<sip:c@d>", end.plusSeconds(1))));

            assertThat(find(location, end.minusMillis(1))).hasSize(2);
            assertThat(location.all(end.minusMillis(1))).hasSize(2);
            assertThat(location.all(end)).hasSize(1);
            assertThat(find(location, end))
                    .singleElement()
                    .satisfies(left -> assertThat(left.contact().uri()).isEqualTo("sip:c@d"));
            assertThat(find(location, end.plusSeconds(1))).isEmpty();
        }
    }

    @Test
    void holdsWhatHasExpiredUntilItIsSwept() throws Exception {
        try (Location location = open(10)) {
            done(location.update(AOR, NOW, adding("<sip:a@b>", NOW.plusSeconds(60))));
            done(location.update(AOR, NOW, adding("<sip:c@d>", NOW.plusSeconds(90))));
            location.sweep(NOW.plusSeconds(59));
            assertThat(location.size()).isEqualTo(2);
            location.sweep(NOW.plusSeconds(60));
            assertThat(location.size()).isEqualTo(1);
            location.sweep(NOW.plusSeconds(90));
            assertThat(location.size()).isZero();
        }
    }

    @Test
    void forgetsAnAddressWhoseBindingsAreGone() throws Exception {
        try (Location location = open(1)) {
            done(location.update(AOR, NOW, adding("<sip:a@b>", NOW.plusSeconds(60))));
            assertThat(done(location.update(AOR, NOW, before -> List.of()))).isEmpty();

            assertThat(find(location, NOW)).isEmpty();
            assertThat(location.size()).isZero();
        }
    }

    @Test
    void changesNothingWhenTheRuleThrows() throws Exception {
        try (Location location = open(10)) {
            done(location.update(AOR, NOW, adding("<sip:a@b>", NOW.plusSeconds(60))));

            IllegalStateException no = new IllegalStateException("no");
            assertThatThrownBy(() -> done(location.update(AOR, NOW, before -> {
                        throw no;
                    })))
                    .isInstanceOf(CompletionException.class)
                    .hasCause(no);
            assertThat(find(location, NOW)).hasSize(1);
            assertThat(location.size()).isEqualTo(1);
        }
    }

    @Test
    void holdsNoMoreThanItsLimit() throws Exception {
        try (Location location = open(2)) {
            done(location.update(AOR, NOW, adding("<sip:a@b>", NOW.plusSeconds(60))));
            done(location.update(AOR, NOW, adding("<sip:c@d>", NOW.plusSeconds(60))));

            assertThatThrownBy(() -> done(location.update(AOR, NOW, adding("<sip:e@f>", NOW.plusSeconds(60)))))
                    .hasCauseInstanceOf(LocationFullException.class);
            assertThat(find(location, NOW)).hasSize(2);
            assertThat(done(location.update(AOR, NOW, before -> List.of(before.get(1)))))
                    .hasSize(1);
            assertThat(done(location.update(AOR, NOW, adding("<sip:e@f>", NOW.plusSeconds(60)))))
                    .hasSize(2);
        }
    }

    @Test
    void removesWhatIsUnwantedAndTellsWhat() throws Exception {
        try (Location location = open(1000)) {
            Instant end = NOW.plusSeconds(60);
            for (int user = 0; user < 200; user++) {
                String other = "sip:" + user + "@example.com";
                done(location.update(
                        other,
                        NOW,
                        before -> List.of(binding(other, "<sip:a@b>", end), binding(other, "<sip:c@d>", end))));
            }
            List<Binding> removed = location.remove(
                    unwanted -> unwanted.contact().uri().equals("sip:a@b")
                            && !unwanted.addressOfRecord().equals("sip:7@example.com"),
                    NOW);

            assertThat(removed).hasSize(199).allMatch(one -> one.contact().uri().equals("sip:a@b"));
            assertThat(location.size()).isEqualTo(201);
            assertThat(done(location.update("sip:8@example.com", NOW, UnaryOperator.identity())))
                    .singleElement()
                    .satisfies(left -> assertThat(left.contact().uri()).isEqualTo("sip:c@d"));
        }
    }

    @Test
    void losesNoneOfManyChangesAtOnce() throws Exception {
        try (Location location = open(100)) {
            List<CompletableFuture<List<Binding>>> changes = IntStream.range(0, 40)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> done(location.update(AOR, NOW, adding("<sip:a@b" + i + ">", NOW.plusSeconds(60))))))
                    .toList();
            changes.forEach(CompletableFuture::join);

            assertThat(find(location, NOW)).hasSize(40).doesNotHaveDuplicates();
        }
    }

    @Test
    void isUsable() throws Exception {
        try (Location location = open(1)) {
            assertThat(location.isUsable()).isTrue();
        }
    }
}

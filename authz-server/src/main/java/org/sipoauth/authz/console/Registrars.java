package org.sipoauth.authz.console;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.settings.Settings;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the registrars that the settings name say of themselves, at their management ports: asked when a page wants it, all
 * at once, and not again within some seconds. One that does not answer soon keeps no page waiting, and no thread.
 */
@Component
final class Registrars {
    private static final Duration PATIENCE = Duration.ofMillis(1_500);
    private static final Duration GOOD_FOR = Duration.ofSeconds(3);
    private static final int LARGEST_STATUS = 256 * 1024;

    /** Of one phone; one of an earlier release answers with all, of which so much is read. */
    private static final int LARGEST_BINDINGS = 2 * 1024 * 1024;

    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};
    private static final TypeReference<List<Map<String, Object>>> OBJECTS = new TypeReference<>() {};

    private final List<URI> addresses;
    private final Clock clock;
    private final JsonMapper json = new JsonMapper();
    private CompletableFuture<Look> last = CompletableFuture.completedFuture(new Look(Instant.MIN, List.of()));

    private record Look(Instant at, List<Seen> registrars) {}

    /**
     * A registrar.
     *
     * @param address of its management port
     * @param node its name; its address if it does not answer
     * @param state {@code UP}, or what keeps phones from registering; empty: it does not answer
     * @param mode {@code enabled} or {@code disabled}; empty with the state
     * @param bindings registered now
     * @param refusals its latest, the newest first
     */
    record Seen(URI address, String node, String state, String mode, long bindings, List<Refusal> refusals) {
        boolean answers() {
            return !state.isEmpty();
        }

        boolean up() {
            return state.equals("UP");
        }
    }

    /** @param devices that the refused request was about, as far as it told */
    record Refusal(Instant at, String cause, List<String> devices) {}

    /**
     * What registrars know of a phone.
     *
     * @param node which of them
     * @param at until when it is registered, or when it was refused
     * @param refused why; empty: it is registered
     */
    record Heard(String node, Instant at, Optional<String> refused) {}

    /**
     * What all that were asked about a phone answered.
     *
     * @param searched the nodes that said whether it is registered there
     * @param unsearched those that answered, but did not say that
     * @param silent those that did not answer
     */
    record Answers(Optional<Heard> heard, List<String> searched, List<String> unsearched, List<String> silent) {
        static final Answers NONE = new Answers(Optional.empty(), List.of(), List.of(), List.of());

        boolean asked() {
            return !searched.isEmpty() || !unsearched.isEmpty() || !silent.isEmpty();
        }
    }

    /**
     * @param done whether it has said if the phone is registered
     * @param refusals of the phone
     */
    private record Search(String node, boolean done, Optional<Heard> registered, List<Refusal> refusals) {}

    @Autowired
    Registrars(Settings settings, Clock clock) {
        this(settings.console().registrars(), clock);
    }

    Registrars(List<URI> addresses, Clock clock) {
        this.addresses = List.copyOf(addresses);
        this.clock = clock;
    }

    /** In the order of the settings; none if those name none. */
    List<Seen> all() {
        return ask().join();
    }

    CompletableFuture<List<Seen>> ask() {
        return addresses.isEmpty() ? CompletableFuture.completedFuture(List.of()) : look().thenApply(Look::registrars);
    }

    /** Whoever asks while others wait for an answer waits for the same one. */
    private synchronized CompletableFuture<Look> look() {
        if (last.isDone() && !last.join().at().plus(GOOD_FOR).isAfter(clock.instant())) {
            List<CompletableFuture<Seen>> asked =
                    addresses.stream().map(this::ask).toList();
            last = CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
                    .thenApply(all -> new Look(
                            clock.instant(),
                            asked.stream().map(CompletableFuture::join).toList()));
        }
        return last;
    }

    /** That a phone is registered, or else its latest refusal. */
    Answers about(String device) {
        List<Seen> seen = all();
        List<CompletableFuture<Search>> asked = seen.stream()
                .filter(Seen::answers)
                .map(registrar -> search(registrar, device))
                .toList();
        List<Search> searches = asked.stream().map(CompletableFuture::join).toList();
        return new Answers(
                searches.stream()
                        .flatMap(search -> search.registered().stream())
                        .max(Comparator.comparing(Heard::at))
                        .or(() -> latestRefusal(searches)),
                searches.stream().filter(Search::done).map(Search::node).toList(),
                searches.stream()
                        .filter(search -> !search.done())
                        .map(Search::node)
                        .toList(),
                seen.stream()
                        .filter(registrar -> !registrar.answers())
                        .map(Seen::node)
                        .toList());
    }

    private static Optional<Heard> latestRefusal(List<Search> searches) {
        return searches.stream()
                .flatMap(search -> search.refusals().stream()
                        .map(refusal -> new Heard(search.node(), refusal.at(), Optional.of(refusal.cause()))))
                .max(Comparator.comparing(Heard::at));
    }

    private CompletableFuture<Seen> ask(URI address) {
        return get(address.resolve("/status"), LARGEST_STATUS)
                .thenApplyAsync(body -> read(address, json.readValue(body, OBJECT)))
                .exceptionally(away -> new Seen(address, address.getAuthority(), "", "", 0, List.of()));
    }

    private CompletableFuture<Search> search(Seen registrar, String device) {
        CompletableFuture<Search> registered = get(of(device, "/bindings", registrar), LARGEST_BINDINGS)
                .thenApplyAsync(body -> json.readValue(body, OBJECTS).stream()
                        .filter(binding -> device.equals(binding.get("device")))
                        .flatMap(binding -> instant(binding.get("expiresAt")).stream())
                        .max(Comparator.naturalOrder())
                        .map(until -> new Heard(registrar.node(), until, Optional.empty())))
                .thenApply(found -> new Search(registrar.node(), true, found, List.of()))
                .exceptionally(away -> new Search(registrar.node(), false, Optional.empty(), List.of()));
        CompletableFuture<List<Refusal>> refused = get(of(device, "/refusals", registrar), LARGEST_STATUS)
                .thenApplyAsync(body -> refusals(json.readValue(body, OBJECTS)))
                .exceptionally(ofAnEarlierRelease -> registrar.refusals());
        return registered.thenCombine(
                refused,
                (search, refusals) -> new Search(
                        search.node(),
                        search.done(),
                        search.registered(),
                        refusals.stream()
                                .filter(refusal -> refusal.devices().contains(device))
                                .toList()));
    }

    private static URI of(String device, String page, Seen registrar) {
        return registrar.address().resolve(page + "?device=" + URLEncoder.encode(device, StandardCharsets.UTF_8));
    }

    private CompletableFuture<byte[]> get(URI address, int most) {
        HttpRequest request =
                HttpRequest.newBuilder(address).timeout(PATIENCE).GET().build();
        return Http.CLIENT.sendAsync(request, answer -> new Body(most)).thenApply(answer -> {
            if (answer.statusCode() != 200) {
                throw new IllegalStateException("not what a registrar answers");
            }
            return answer.body();
        });
    }

    /** Made with the first question: 500 classes that a server without registrars in its settings never loads. */
    private static final class Http {
        static final HttpClient CLIENT = HttpClient.newBuilder()
                .connectTimeout(PATIENCE)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    /**
     * The body of an answer. The time-out of the request ends with the headers: this one bounds what comes then. A body that
     * is late or too long is read no further, which closes its connection.
     */
    private static final class Body implements BodySubscriber<byte[]> {
        private final int most;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final CompletableFuture<byte[]> whole =
                new CompletableFuture<byte[]>().orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);

        Body(int most) {
            this.most = most;
        }

        @Override
        public CompletionStage<byte[]> getBody() {
            return whole;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            whole.whenComplete((body, failed) -> {
                if (failed != null) {
                    subscription.cancel();
                }
            });
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> parts) {
            for (ByteBuffer part : parts) {
                if (bytes.size() + part.remaining() > most) {
                    whole.completeExceptionally(new IllegalStateException("longer than what a registrar answers"));
                    return;
                }
                byte[] next = new byte[part.remaining()];
                part.get(next);
                bytes.writeBytes(next);
            }
        }

        @Override
        public void onError(Throwable failure) {
            whole.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            whole.complete(bytes.toByteArray());
        }
    }

    /** @throws JacksonException or another if that is not what a registrar says; it then counts as one that does not answer */
    private static Seen read(URI address, Map<String, Object> status) {
        return new Seen(
                address,
                String.valueOf(status.getOrDefault("node", address.getAuthority())),
                String.valueOf(status.getOrDefault("status", "")),
                String.valueOf(status.getOrDefault("mode", "")),
                status.get("bindings") instanceof Number count ? count.longValue() : 0,
                refusals(status.get("lastRefusals")));
    }

    private static List<Refusal> refusals(@Nullable Object value) {
        return objects(value)
                .flatMap(refusal -> instant(refusal.get("at"))
                        .map(at -> new Refusal(at, String.valueOf(refusal.get("cause")), texts(refusal.get("devices"))))
                        .stream())
                .toList();
    }

    private static Stream<Map<?, ?>> objects(@Nullable Object value) {
        return value instanceof List<?> list
                ? list.stream().filter(Map.class::isInstance).map(element -> (Map<?, ?>) element)
                : Stream.empty();
    }

    private static List<String> texts(@Nullable Object value) {
        return value instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }

    private static Optional<Instant> instant(@Nullable Object value) {
        try {
            return Optional.of(Instant.parse(String.valueOf(value)));
        } catch (DateTimeParseException none) {
            return Optional.empty();
        }
    }
}

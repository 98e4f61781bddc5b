package org.sipoauth.authz.console;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.sipoauth.authz.signing.ListedKey;

/**
 * The life of every key as a row of spans on one axis of time, past and to come, as the policy has it. Places are in
 * percent of the picture.
 *
 * @param now where the present is
 * @param ticks some days, to read the axis by
 */
record KeyTimeline(String now, List<Tick> ticks, List<Row> rows) {
    /** What is shorter could not be seen. */
    private static final double NARROWEST = 0.6;

    /** So close to an end of the axis, the words at a tick would be cut; to the present, they would run into others. */
    private static final double EDGE = 5;

    private static final double NEAR = 8;

    /** Of the axis, on either side of what is shown. */
    private static final double MARGIN = 0.04;

    /** Between ticks, in days, the smallest that leaves few of them. */
    private static final int[] TICK_STEPS = {1, 2, 7, 14, 30, 60, 90, 180, 365, 730};

    private static final int MOST_TICKS = 8;

    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("d MMM", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    record Row(Key key, List<Span> spans) {}

    /** @param x where the day begins */
    record Tick(String x, String day) {}

    /** @param expected whether it is still to come */
    record Span(String state, String x, String width, boolean expected, Moment begins, Moment ends) {}

    /**
     * A key in words.
     *
     * @param next what happens to it next, and when
     */
    record Key(
            String kid,
            String shortKid,
            String use,
            String state,
            Optional<String> algorithm,
            Moment published,
            Optional<Moment> activated,
            Optional<Moment> ended,
            String next,
            Optional<Moment> nextAt,
            boolean overdue) {}

    static KeyTimeline of(List<ListedKey> keys, Instant now) {
        List<Life> lives = keys.stream().map(key -> Life.of(key, keys, now)).toList();
        Instant first = lives.stream()
                .map(life -> life.key().publishedAt())
                .min(Comparator.naturalOrder())
                .orElse(now);
        Instant last =
                lives.stream().map(Life::end).max(Comparator.naturalOrder()).orElse(now);
        Duration length = Duration.between(first, last.isAfter(now) ? last : now);
        Duration margin = Duration.ofMillis((long) (length.toMillis() * MARGIN) + 1);
        Axis axis = new Axis(first.minus(margin), first.plus(length).plus(margin));
        return new KeyTimeline(
                RateChart.percent(axis.place(now)),
                axis.ticks(now),
                lives.stream().map(life -> life.row(axis, now)).toList());
    }

    private record Axis(Instant from, Instant to) {
        /** Not where the present is: that has a mark of its own. */
        List<Tick> ticks(Instant now) {
            long days = Duration.between(from, to).toDays();
            int step = Arrays.stream(TICK_STEPS)
                    .filter(candidate -> days / candidate < MOST_TICKS)
                    .findFirst()
                    .orElse((int) (days / MOST_TICKS) + 1);
            List<Tick> ticks = new ArrayList<>();
            Instant first = from.truncatedTo(ChronoUnit.DAYS).plus(1, ChronoUnit.DAYS);
            for (Instant day = first; day.isBefore(to); day = day.plus(step, ChronoUnit.DAYS)) {
                double place = place(day);
                if (place >= EDGE && place <= 100 - EDGE && Math.abs(place - place(now)) > NEAR) {
                    ticks.add(new Tick(RateChart.percent(place), DAY.format(day)));
                }
            }
            return ticks;
        }

        double place(Instant at) {
            return 100.0
                    * Duration.between(from, at).toMillis()
                    / Duration.between(from, to).toMillis();
        }
    }

    /** @param end of what is known or expected of the key */
    private record Life(ListedKey key, List<Stage> stages, Instant end, String next, Optional<Instant> nextAt) {

        private record Stage(String state, Instant begins, Instant ends) {}

        static Life of(ListedKey key, List<ListedKey> all, Instant now) {
            List<Stage> stages = new ArrayList<>();
            Optional<Instant> predecessorLeaves = all.stream()
                    .filter(other -> other.use().equals(key.use()))
                    .flatMap(other -> other.rotationDue().stream())
                    .findFirst();
            return switch (key.state()) {
                case "published" -> {
                    Instant takesOver = later(predecessorLeaves.orElse(now), later(key.usableAt(), now));
                    stages.add(new Stage("published", key.publishedAt(), takesOver));
                    yield new Life(key, stages, takesOver, "takes over", Optional.of(takesOver));
                }
                case "active" -> {
                    Instant activated = key.activatedAt().orElse(key.publishedAt());
                    Instant due = key.rotationDue().orElse(now);
                    stages.add(new Stage("published", key.publishedAt(), activated));
                    stages.add(new Stage("active", activated, later(due, now)));
                    yield new Life(
                            key,
                            stages,
                            later(due, now),
                            due.isBefore(now) ? "was to be replaced" : "is replaced",
                            Optional.of(due));
                }
                default -> {
                    Instant ended = key.endedAt().orElse(now);
                    Instant removal = key.removal().orElse(now);
                    key.activatedAt().ifPresent(at -> stages.add(new Stage("active", at, ended)));
                    stages.add(
                            0,
                            new Stage(
                                    "published",
                                    key.publishedAt(),
                                    key.activatedAt().orElse(ended)));
                    stages.add(new Stage(key.state(), ended, removal));
                    yield new Life(key, stages, removal, "is removed", Optional.of(removal));
                }
            };
        }

        Row row(Axis axis, Instant now) {
            List<Span> spans = stages.stream()
                    .filter(stage -> stage.ends().isAfter(stage.begins()))
                    .flatMap(stage -> split(stage, now))
                    .map(stage -> span(stage, axis, now))
                    .toList();
            return new Row(words(now), spans);
        }

        /** At the present: what is to come is drawn in another way. */
        private static Stream<Stage> split(Stage stage, Instant now) {
            return stage.begins().isBefore(now) && stage.ends().isAfter(now)
                    ? Stream.of(
                            new Stage(stage.state(), stage.begins(), now), new Stage(stage.state(), now, stage.ends()))
                    : Stream.of(stage);
        }

        private static Span span(Stage stage, Axis axis, Instant now) {
            double begin = axis.place(stage.begins());
            double width = Math.max(axis.place(stage.ends()) - begin, NARROWEST);
            return new Span(
                    stage.state(),
                    RateChart.percent(begin),
                    RateChart.percent(width),
                    !stage.begins().isBefore(now),
                    Moment.of(stage.begins(), now),
                    Moment.of(stage.ends(), now));
        }

        private Key words(Instant now) {
            return new Key(
                    key.kid(),
                    key.kid().length() > 8 ? key.kid().substring(0, 8) + "…" : key.kid(),
                    key.use(),
                    key.state(),
                    key.algorithm(),
                    Moment.of(key.publishedAt(), now),
                    key.activatedAt().map(at -> Moment.of(at, now)),
                    key.endedAt().map(at -> Moment.of(at, now)),
                    next,
                    nextAt.map(at -> Moment.of(at, now)),
                    key.state().equals("active")
                            && nextAt.filter(at -> at.isBefore(now)).isPresent());
        }

        private static Instant later(Instant one, Instant other) {
            return one.isAfter(other) ? one : other;
        }
    }
}

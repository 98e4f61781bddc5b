package org.sipoauth.authz.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sipoauth.authz.redis.Expected.Revision;

/** Records and the index of their names, on a real Redis. */
class RecordsIT {
    private static final String KEY = "thing:a";

    private static RedisForTests.Running redis;

    private Records records;

    @BeforeAll
    static void start() {
        redis = RedisForTests.open();
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    @BeforeEach
    void empty() {
        redis.template().delete(KEY);
        records = new Records(redis.template(), redis.confirmedWrites());
    }

    @Test
    void keepsWhatAChangeDoesNotName() {
        Records.Saved created = records.save(KEY, Map.of("colour", "red", "size", "1"), Expected.ABSENT);
        assertThat(created.created()).isTrue();

        Map<String, String> change = new HashMap<>();
        change.put("size", null);
        change.put("shape", "round");
        Records.Saved changed = records.save(KEY, change, new Revision(created.revision()));

        assertThat(changed.created()).isFalse();
        assertThat(records.find(KEY))
                .contains(new StoredRecord(Map.of("colour", "red", "shape", "round"), changed.revision()));
        assertThat(changed.revision()).isNotEqualTo(created.revision());
    }

    @Test
    void findsManyInTheOrderThatTheyWereAskedFor() {
        Records.Saved saved = records.save(KEY, Map.of("colour", "grün"), Expected.ABSENT);

        assertThat(records.find(List.of("thing:none", KEY, KEY)))
                .containsExactly(
                        Optional.empty(),
                        records.find(KEY),
                        Optional.of(new StoredRecord(Map.of("colour", "grün"), saved.revision())));
        assertThat(records.find(List.of())).isEmpty();
    }

    @Test
    void isChangedByThoseAloneWhoExpectedWhatItIs() {
        assertThatThrownBy(() -> records.save(KEY, Map.of("a", "1"), Expected.PRESENT))
                .isInstanceOf(RecordChanged.class);
        assertThatThrownBy(() -> records.remove(KEY, new Revision("0"))).isInstanceOf(RecordChanged.class);
        assertThat(records.remove(KEY, Expected.ANYTHING)).isFalse();
        String seen = records.save(KEY, Map.of("a", "1"), Expected.ANYTHING).revision();
        String now = records.save(KEY, Map.of("a", "2"), Expected.PRESENT).revision();

        assertThatThrownBy(() -> records.save(KEY, Map.of("a", "3"), new Revision(seen)))
                .isInstanceOf(RecordChanged.class);
        assertThatThrownBy(() -> records.save(KEY, Map.of("a", "3"), Expected.ABSENT))
                .isInstanceOf(RecordChanged.class);
        assertThatThrownBy(() -> records.remove(KEY, new Revision(seen))).isInstanceOf(RecordChanged.class);
        assertThat(records.find(KEY)).contains(new StoredRecord(Map.of("a", "2"), now));

        assertThat(records.remove(KEY, new Revision(now))).isTrue();
        assertThat(records.find(KEY)).isEmpty();
    }

    @Test
    void takesARecordFromBeforeRevisionsForItsFirst() {
        redis.template().opsForHash().put(KEY, "a", "1");

        assertThat(records.find(KEY)).contains(new StoredRecord(Map.of("a", "1"), "0"));
        records.save(KEY, Map.of("a", "2"), new Revision("0"));
        assertThatThrownBy(() -> records.save(KEY, Map.of("a", "3"), new Revision("0")))
                .isInstanceOf(RecordChanged.class);
    }

    @Test
    void ofManyWhoHaveSeenTheSameOneChangesIt() throws Exception {
        String seen = records.save(KEY, Map.of("a", "0"), Expected.ABSENT).revision();
        List<Callable<Boolean>> changes = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            String value = Integer.toString(i);
            changes.add(() -> {
                try {
                    records.save(KEY, Map.of("a", value), new Revision(seen));
                    return true;
                } catch (RecordChanged late) {
                    return false;
                }
            });
        }
        ExecutorService many = Executors.newFixedThreadPool(changes.size());
        try {
            int made = 0;
            for (Future<Boolean> change : many.invokeAll(changes)) {
                made += change.get() ? 1 : 0;
            }
            assertThat(made).isEqualTo(1);
        } finally {
            many.shutdown();
        }
    }

    @Test
    void namesComeInOrderAPageAtATime() {
        NameIndex index = new NameIndex(redis.template(), "things");
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            names.add("SEP%03d".formatted(i));
        }
        names.add("é");
        List<String> shuffled = new ArrayList<>(names);
        Collections.shuffle(shuffled);
        shuffled.forEach(index::enter);
        index.enter("gone");
        index.remove("gone");

        List<String> read = new ArrayList<>();
        Optional<String> after = Optional.empty();
        List<String> page;
        do {
            page = index.page(after, 100);
            read.addAll(page);
            after = Optional.of(page.get(page.size() - 1));
        } while (page.size() == 100);
        assertThat(read).isEqualTo(names);
        assertThat(index.page(after, 100)).isEmpty();
    }
}

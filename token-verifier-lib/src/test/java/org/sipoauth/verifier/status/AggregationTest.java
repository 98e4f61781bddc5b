package org.sipoauth.verifier.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.verifier.internal.MalformedException;

class AggregationTest {
    private static final URI ORIGIN = URI.create("https://as.example.com/oauth2/status-lists");
    private static final String A = "https://as.example.com/oauth2/status-lists/a";
    private static final String DOCUMENT =
            "{\"status_lists\":[\"" + A + "\"],\"etags\":{\"" + A + "\":\"\\\"1\\\"\"},\"more\":[{}]}";

    @Test
    void readsListsAndTheirEntityTags() throws Exception {
        Aggregation read = parse(DOCUMENT);
        assertThat(read.uris()).containsExactly(A);
        assertThat(read.elsewhere()).isZero();
        assertThat(read.confirms(A, Optional.of("\"1\""))).isTrue();
        assertThat(read.confirms(A, Optional.of("W/\"1\""))).isTrue();
        assertThat(read.confirms(A, Optional.of("\"2\""))).isFalse();
        assertThat(read.confirms(A, Optional.empty())).isFalse();
        assertThat(read.confirms("b", Optional.of("\"1\""))).isFalse();
    }

    @Test
    void confirmsNothingWithoutEntityTags() throws Exception {
        assertThat(parse("{\"status_lists\":[\"" + A + "\"]}").confirms(A, Optional.of("\"1\"")))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://as.example.com/a",
                "https://as.example.com:8443/a",
                "https://as.example.org/a",
                "https://as.example.com.evil.example/a",
                "https://as.example.com@evil.example/a",
                "https://user@as.example.com/a",
                "https://as.example.com/a#b",
                "//as.example.com/a",
                "/a",
                "file:///etc/passwd",
                "https://as.example.com/ a",
                ""
            })
    void passesOverListsElsewhere(String uri) throws Exception {
        Aggregation read = parse("{\"status_lists\":[\"" + uri + "\",\"" + A + "\"]}");
        assertThat(read.uris()).containsExactly(A);
        assertThat(read.elsewhere()).isOne();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://as.example.com/b", "HTTPS://AS.example.com:443/b", "https://as.example.com/b?c=d"})
    void takesListsAnywhereOnItsOrigin(String uri) throws Exception {
        assertThat(parse("{\"status_lists\":[\"" + uri + "\"]}").uris()).containsExactly(uri);
    }

    @Test
    void refusesWhatIsNoSuchDocument() {
        List<String> documents = List.of(
                "",
                "[]",
                "{}",
                "{\"status_lists\":\"" + A + "\"}",
                "{\"status_lists\":[1]}",
                "{\"status_lists\":[\"" + A + "\",\"" + A + "\"]}",
                "{\"status_lists\":[],\"status_lists\":[]}",
                "{\"status_lists\":[],\"etags\":[]}",
                "{\"status_lists\":[],\"etags\":{\"a\":1}}",
                "{\"status_lists\":[]} x",
                manyLists(Aggregation.MAX_LISTS + 1));
        for (String document : documents) {
            assertThatThrownBy(() -> parse(document)).as(document).isInstanceOf(MalformedException.class);
        }
    }

    @Test
    void hasRoomForItsLargestNumberOfLists() throws Exception {
        String document = manyLists(Aggregation.MAX_LISTS);
        assertThat(document.length() * 2).isLessThan(Aggregation.MAX_BYTES); // with entity tags as long again
        assertThat(parse(document).uris()).hasSize(Aggregation.MAX_LISTS);
    }

    private static String manyLists(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "\"" + A + i + "\"")
                .collect(Collectors.joining(",", "{\"status_lists\":[", "]}"));
    }

    @Test
    void throwsNothingElseOnAnyBytes() {
        Random random = new Random(20261124);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = DOCUMENT.getBytes(StandardCharsets.UTF_8);
            for (int n = random.nextInt(4); n >= 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                assertThat(Aggregation.parse(bytes, ORIGIN).uris()).hasSizeLessThan(2);
            } catch (MalformedException expected) {
                assertThat(expected).hasMessageNotContaining("example");
            }
        }
    }

    private static Aggregation parse(String document) throws MalformedException {
        return Aggregation.parse(document.getBytes(StandardCharsets.UTF_8), ORIGIN);
    }
}

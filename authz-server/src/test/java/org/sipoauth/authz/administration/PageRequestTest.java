package org.sipoauth.authz.administration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.MultiValueMap;
import org.springframework.web.util.UriComponentsBuilder;

class PageRequestTest {

    @Test
    void isTheFirstHundredUnlessAskedOtherwise() {
        assertThat(read("")).isEqualTo(new PageRequest(100, Optional.empty()));
        assertThat(read("?limit=1000&owner=alice").limit()).isEqualTo(1000);
    }

    @Test
    void theNextPageFollowsTheLastNameOfThisOne() {
        PageRequest request = new PageRequest(2, Optional.empty());

        Map<String, Object> answer = request.answer("things", List.of(Map.of("name", "a")), List.of("a", "b/ü"));

        assertThat(answer).containsEntry("things", List.of(Map.of("name", "a")));
        assertThat(read("?after=" + answer.get("next")).after()).contains("b/ü");
        assertThat(request.answer("things", List.of(), List.of("a"))).doesNotContainKey("next");
    }

    @Test
    void goesOnWhereThePageBeforeEnded() {
        List<String> whole = List.of("c", "a", "b");
        PageRequest first = read("?limit=2");
        Object next = first.answer("things", List.of(), first.part(whole, name -> name))
                .get("next");

        assertThat(first.part(whole, name -> name)).containsExactly("c", "a");
        assertThat(read("?limit=2&after=" + next).part(whole, name -> name)).containsExactly("b");
        assertThatThrownBy(() -> read("?after=" + next).part(List.of("c", "b"), name -> name))
                .isInstanceOf(RequestRefused.class)
                .hasMessageContaining("begin without after");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?limit=0",
                "?limit=1001",
                "?limit=",
                "?limit=a",
                "?limit=1&limit=2",
                "?after=",
                "?after=!",
                "?after=_w",
                "?device=b",
                "?owner=a&owner=b"
            })
    void refusesWhatWouldBeIgnored(String query) {
        assertThatThrownBy(() -> read(query)).isInstanceOf(RequestRefused.class);
    }

    private static PageRequest read(String query) {
        MultiValueMap<String, String> parameters =
                UriComponentsBuilder.fromUriString(query).build().getQueryParams();
        return PageRequest.of(parameters, Set.of("owner"));
    }
}

package org.sipoauth.authz.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class StatusReferenceTest {
    private static final StatusListName LIST = new StatusListName(7, 685, 0);

    @Test
    void isTheClaimOfTheDraft() {
        assertThat(new StatusReference(LIST, 65_535).claim("https://sso.example"))
                .isEqualTo(Map.of(
                        "status_list",
                        Map.of("idx", 65_535, "uri", "https://sso.example/oauth2/status-lists/s07.685.0")));
    }

    @Test
    void isWithinItsList() {
        assertThatThrownBy(() -> new StatusReference(LIST, 65_536)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new StatusReference(LIST, -1)).isInstanceOf(IllegalArgumentException.class);
    }
}

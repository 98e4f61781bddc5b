package org.sipoauth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FamiliarCommandsTest {
    @Test
    void translatesTheCommandsAndKeepsTheirOptions() {
        assertThat(FamiliarCommands.translate(words("set key regen authz signing --server https://a.example")))
                .containsExactly(words("keys rotate --use signing --server https://a.example"));
        assertThat(FamiliarCommands.translate(words("show key authz encryption")))
                .containsExactly(words("keys list --use encryption"));
        assertThat(FamiliarCommands.translate(words("utils sipOAuth-mode disable --json")))
                .containsExactly(words("mode disable --json"));
    }

    @Test
    void leavesEverythingElseAlone() {
        for (String command : new String[] {"keys list", "set key regen authz", "show key other signing", ""}) {
            assertThat(FamiliarCommands.translate(words(command))).containsExactly(words(command));
        }
    }

    private static String[] words(String command) {
        return command.split(" ");
    }
}

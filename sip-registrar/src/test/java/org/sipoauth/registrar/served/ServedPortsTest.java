package org.sipoauth.registrar.served;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.registrar.served.ServedPorts.Ports;

class ServedPortsTest {
    private static final String EAST = "{\"name\":\"East\",\"sip_oauth_port\":5190,\"sip_mra_oauth_port\":5191}";

    @Test
    void readsWhatTheServerShows() {
        ServedPorts ports = parse(
                "{\"nodes\":[" + EAST
                        + ",{\"more\":[{}],\"sip_mra_oauth_port\":5091,\"sip_oauth_port\":5090,\"name\":\"west\"}],\"more\":{}}");

        assertThat(ports.of("eAST")).contains(new Ports(5190, 5191));
        assertThat(ports.of("west")).contains(new Ports(5090, 5091));
        assertThat(ports.of("north")).isEmpty();
    }

    @Test
    void takesTheLastWordOfAServerThatCameBackFromABackup() {
        assertThat(ServedPorts.UNKNOWN.isOlderThan(parse("{\"nodes\":[" + EAST + "]}")))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"nodes\":{}}",
                "{\"nodes\":[1]}",
                "{\"nodes\":[" + EAST,
                "{\"nodes\":[" + EAST + "]}{}",
                "{\"nodes\":[" + EAST + "," + EAST + "]}",
                "{\"nodes\":[{\"sip_oauth_port\":5090,\"sip_mra_oauth_port\":5091}]}",
                "{\"nodes\":[{\"name\":\"n\",\"sip_oauth_port\":5090}]}",
                "{\"nodes\":[{\"name\":\"n\",\"sip_oauth_port\":5090,\"sip_mra_oauth_port\":5090}]}",
                "{\"nodes\":[{\"name\":\"n\",\"sip_oauth_port\":0,\"sip_mra_oauth_port\":5091}]}",
                "{\"nodes\":[{\"name\":\"n\",\"sip_oauth_port\":65536,\"sip_mra_oauth_port\":5091}]}",
                "{\"nodes\":[{\"name\":\"n\",\"sip_oauth_port\":99999999999,\"sip_mra_oauth_port\":5091}]}",
                "{\"nodes\":[{\"name\":\"n\",\"sip_oauth_port\":\"5090\",\"sip_mra_oauth_port\":5091}]}"
            })
    void refusesWhatIsNoPorts(String document) {
        assertThatThrownBy(() -> parse(document))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("not the ports of nodes");
    }

    private static ServedPorts parse(String document) {
        return ServedPorts.parse(document.getBytes(StandardCharsets.UTF_8));
    }
}

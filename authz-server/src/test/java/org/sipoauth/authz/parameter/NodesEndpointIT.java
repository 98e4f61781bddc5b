package org.sipoauth.authz.parameter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.sipoauth.authz.parameter.Administrator.json;
import static org.sipoauth.authz.parameter.Administrator.tag;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestServer;

/** The nodes over TLS, as {@code sipoauth node} changes them and phones have them in their next configuration file. */
class NodesEndpointIT {
    private static final String WEST = "{\"name\":\"West & more\",\"address\":\"west.example.com\"}";
    private static final String EAST = "{\"name\":\"east\",\"address\":\"2001:db8::1\",\"ethernet_phone_port\":2001,"
            + "\"sip_port\":15060,\"secured_sip_port\":15061,\"sip_oauth_port\":1024,\"sip_mra_oauth_port\":49151}";

    @TempDir
    private static Path folder;

    private static TestServer server;
    private static Administrator administrator;

    @BeforeAll
    static void start() {
        server = TestServer.start(folder, "--sipoauth.sip-oauth-mode=disabled");
        administrator = new Administrator(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void asTheSettingsSay() {
        administrator.delete("/nodes");
    }

    @Test
    void phonesHaveThemInOrderOfPriority() throws Exception {
        HttpResponse<String> settings = administrator.get("/nodes");
        assertThat(json(settings)).containsEntry("set", false);
        assertThat(settings.body()).contains("\"address\":\"127.0.0.1\"");

        HttpResponse<String> set = put(EAST + "," + WEST);

        assertThat(set.statusCode()).as(set.body()).isEqualTo(200);
        assertThat(json(administrator.get("/nodes"))).isEqualTo(json(set)).containsEntry("set", true);
        assertThat(JSONObjectUtils.getJSONObjectArray(json(set), "nodes")[1])
                .isEqualTo(Map.of(
                        "name", "West & more",
                        "address", "west.example.com",
                        "ethernet_phone_port", 2000L,
                        "sip_port", 5060L,
                        "secured_sip_port", 5061L,
                        "sip_oauth_port", 5090L,
                        "sip_mra_oauth_port", 5091L));
        assertThat(file())
                .contains(
                        "<member priority=\"0\"><callManager><name>east</name>"
                                + "<processNodeName>2001:db8::1</processNodeName><ports>"
                                + "<ethernetPhonePort>2001</ethernetPhonePort><sipPort>15060</sipPort>"
                                + "<securedSipPort>15061</securedSipPort><sipOAuthPort>1024</sipOAuthPort>"
                                + "<sipMRAOAuthPort>49151</sipMRAOAuthPort></ports></callManager></member>",
                        "<member priority=\"1\"><callManager><name>West &amp; more</name>");

        put(WEST);
        assertThat(file())
                .contains("<member priority=\"0\"><callManager><name>West")
                .doesNotContain("east");

        assertThat(administrator.delete("/nodes").statusCode()).isEqualTo(204);
        assertThat(file()).contains("<processNodeName>127.0.0.1</processNodeName>");
    }

    @Test
    void registrarsAreToldWhereToListenAndNoAddress() throws Exception {
        put(EAST + "," + WEST);

        HttpResponse<String> served = new TestPhone(server).get(server.url("/sip-oauth-ports"));

        assertThat(JSONObjectUtils.getJSONObjectArray(json(served), "nodes"))
                .containsExactly(
                        Map.of("name", "east", "sip_oauth_port", 1024L, "sip_mra_oauth_port", 49151L),
                        Map.of("name", "West & more", "sip_oauth_port", 5090L, "sip_mra_oauth_port", 5091L));
        assertThat(served.headers().firstValue("Cache-Control")).contains("no-cache");
    }

    @ParameterizedTest
    @CsvSource({
        "sip_oauth_port,1023,1024 to 49151",
        "sip_oauth_port,49152,1024 to 49151",
        "sip_mra_oauth_port,443,1024 to 49151",
        "sip_port,0,1 to 65535",
        "secured_sip_port,65536,1 to 65535",
        "ethernet_phone_port,-1,1 to 65535",
    })
    void saysTheRangeOfAPort(String port, int value, String range) {
        HttpResponse<String> answer =
                put("{\"name\":\"n\",\"address\":\"192.0.2.1\",\"%s\":%d}".formatted(port, value));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains(port + " of node n is " + value, range);
        assertThat(file()).contains("127.0.0.1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "7",
                "{}",
                "{\"name\":\"n\"}",
                "{\"name\":\"\",\"address\":\"192.0.2.1\"}",
                "{\"name\":\" n\",\"address\":\"192.0.2.1\"}",
                "{\"name\":\"a\\u0000b\",\"address\":\"192.0.2.1\"}",
                "{\"name\":\"n\",\"address\":\"\"}",
                "{\"name\":\"n\",\"address\":\"sip:192.0.2.1\"}",
                "{\"name\":\"n\",\"address\":\"192.0.2.1:5090\"}",
                "{\"name\":\"n\",\"address\":\"2001:db8:::1\"}",
                "{\"name\":\"n\",\"address\":\"a b\"}",
                "{\"name\":\"n\",\"address\":\"192.0.2.1\",\"sip_port\":\"5060\"}",
                "{\"name\":\"n\",\"address\":\"192.0.2.1\",\"sip_port\":5060.5}",
                "{\"name\":\"n\",\"address\":\"192.0.2.1\",\"port\":5060}",
                "{\"name\":\"n\",\"address\":\"192.0.2.1\",\"sip_oauth_port\":5091}",
                "{\"name\":\"n\",\"address\":\"192.0.2.1\"},{\"name\":\"N\",\"address\":\"192.0.2.2\"}",
            })
    void refusesAListThatPhonesCouldNotUse(String nodes) {
        HttpResponse<String> answer = put(nodes);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        assertThat(json(answer)).containsKey("detail");
        assertThat(file()).contains("127.0.0.1");
    }

    @Test
    void takesSixteenAndNoMore() {
        assertThat(put(nodes(16)).statusCode()).isEqualTo(200);
        assertThat(put(nodes(17)).statusCode()).isEqualTo(400);
        assertThat(administrator.put("/nodes", "{\"nodes\":[],\"set\":true}").statusCode())
                .isEqualTo(400);
    }

    @Test
    void changesOnlyTheListThatSomebodyHasSeen() {
        String unset = tag(administrator.get("/nodes"));
        String first = tag(administrator.put("/nodes", "{\"nodes\":[" + EAST + "]}", "If-Match", unset));

        assertThat(administrator
                        .put("/nodes", "{\"nodes\":[" + WEST + "]}", "If-Match", unset)
                        .statusCode())
                .isEqualTo(412);
        assertThat(file()).contains("<name>east</name>");
        assertThat(administrator
                        .put("/nodes", "{\"nodes\":[" + WEST + "]}", "If-Match", first)
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void auditsWhoChangedThem() {
        put(WEST);

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(
                                administrator.get("/audit?event=nodes_set").body())
                        .contains("\"by\":\"admin\"", "West & more west.example.com:5090,5091"));
    }

    private static HttpResponse<String> put(String nodes) {
        return administrator.put("/nodes", "{\"nodes\":[" + nodes + "]}");
    }

    private static String nodes(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "{\"name\":\"n%d\",\"address\":\"192.0.2.%d\"}".formatted(i, i))
                .collect(Collectors.joining(","));
    }

    private static String file() {
        return new TestPhone(server)
                .get(server.provisioningUrl("/CSFALICE.cnf.xml"))
                .body();
    }
}

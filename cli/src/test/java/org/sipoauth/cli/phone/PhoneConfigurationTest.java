package org.sipoauth.cli.phone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sipoauth.cli.phone.PhoneConfiguration.Node;
import org.sipoauth.cli.phone.PhoneConfiguration.Unusable;

class PhoneConfigurationTest {
    static String xml(String device, int mode, int oauthPort) {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><device><deviceName>" + device + "</deviceName><sipOAuthMode>"
                + mode + "</sipOAuthMode><callManagerGroup><members>" + member(0, "node1", "127.0.0.1", oauthPort)
                + "</members></callManagerGroup></device>";
    }

    private static String member(int priority, String name, String address, int oauthPort) {
        return "<member priority=\"" + priority + "\"><callManager><name>" + name + "</name><processNodeName>" + address
                + "</processNodeName><ports><ethernetPhonePort>2000</ethernetPhonePort><sipPort>5060</sipPort>"
                + "<securedSipPort>5061</securedSipPort><sipOAuthPort>" + oauthPort + "</sipOAuthPort>"
                + "<sipMRAOAuthPort>5091</sipMRAOAuthPort></ports></callManager></member>";
    }

    @Test
    void readsModeAndPorts() throws Unusable {
        PhoneConfiguration configuration = parse(xml("CSFALICE", 1, 5090));

        assertThat(configuration.deviceName()).isEqualTo("CSFALICE");
        assertThat(configuration.sipOAuthMode()).isTrue();
        assertThat(configuration.nodes()).containsExactly(new Node("node1", "127.0.0.1", 5090, 5091, 5060, 5061));
        assertThat(parse(xml("CSFALICE", 0, 5090)).sipOAuthMode()).isFalse();
    }

    @Test
    void triesNodesInTheOrderOfTheirPriority() throws Unusable {
        String members = member(2, "last", "192.0.2.3", 5090)
                + member(0, "first", "192.0.2.1", 5090)
                + member(1, "second", "192.0.2.2", 5090);
        String xml = xml("CSFALICE", 1, 5090).replaceFirst("<member .*</member>", members);

        assertThat(parse(xml).nodes()).extracting(Node::name).containsExactly("first", "second", "last");
    }

    @Test
    void takesAnAbsentModeForOff() throws Unusable {
        String xml = xml("CSFALICE", 1, 5090).replace("<sipOAuthMode>1</sipOAuthMode>", "");

        assertThat(parse(xml).sipOAuthMode()).isFalse();
    }

    @Test
    void passesOverWhatAPhoneDoesNotNeed() throws Unusable {
        String xml = xml("CSFALICE", 1, 5090).replace("<device>", "<device><vendorConfig><x/></vendorConfig>");

        assertThat(parse(xml).nodes()).hasSize(1);
    }

    @Test
    void readsNoOtherFileThroughAnEntity(@TempDir Path folder) throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "CSFSECRET");
        String doctype = "<!DOCTYPE device [<!ENTITY leak SYSTEM \"" + secret.toUri() + "\">]>";
        String xml = xml("&leak;", 1, 5090).replace("<device>", doctype + "<device>");

        assertThatThrownBy(() -> parse(xml)).isInstanceOf(Unusable.class).hasMessageContaining("document type");
    }

    @Test
    void expandsNoEntities() {
        String doctype = "<!DOCTYPE device [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">]>";
        String xml = xml("&b;", 1, 5090).replace("<device>", doctype + "<device>");

        assertThatThrownBy(() -> parse(xml)).isInstanceOf(Unusable.class).hasMessageContaining("document type");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "<sipOAuthMode>1<, <sipOAuthMode>2<, sipOAuthMode is neither 0 nor 1",
                "<sipOAuthPort>5090<, <sipOAuthPort>0<, sipOAuthPort is no port",
                "<sipOAuthPort>5090<, <sipOAuthPort>65536<, sipOAuthPort is no port",
                "<sipOAuthPort>5090<, <sipOAuthPort>x<, sipOAuthPort is not a number",
                "<sipOAuthPort>5090</sipOAuthPort>, ``, <ports> has no <sipOAuthPort>",
                "<deviceName>CSFALICE<, <deviceName> <, <deviceName> is empty",
                "<device>, <devices>, not plain XML",
                "members, nobody, names no SIP server"
            })
    void saysWhatIsWrong(String part, String replacement, String problem) {
        String xml = xml("CSFALICE", 1, 5090).replace(part, replacement);

        assertThatThrownBy(() -> parse(xml)).isInstanceOf(Unusable.class).hasMessageContaining(problem);
    }

    private static PhoneConfiguration parse(String xml) throws Unusable {
        return PhoneConfiguration.parse(xml.getBytes(StandardCharsets.UTF_8));
    }
}

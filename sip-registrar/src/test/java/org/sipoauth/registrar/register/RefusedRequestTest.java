package org.sipoauth.registrar.register;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.registrar.sip.Contact;
import org.sipoauth.registrar.sip.Headers;
import org.sipoauth.registrar.sip.SipRequest;

class RefusedRequestTest {
    /** Of LastRefusals' 20 MB, less what an object takes beside its text. */
    private static final int MOST_BYTES_OF_TEXT = 1_500;

    private static RefusedRequest refused(String method, String to, String detail, String contacts) {
        Headers headers = Headers.NONE
                .plus("Via", "SIP/2.0/TLS 192.0.2.4:5061;branch=z9hG4bK1")
                .plus("From", "<sip:1001@example.com>;tag=a")
                .plus("To", "<" + to + ">")
                .plus("Call-ID", "call")
                .plus("CSeq", "1 " + method)
                .plus("Contact", contacts);
        return RefusedRequest.of(
                Instant.EPOCH,
                Refused.forbidden(Refusal.DEVICE, detail),
                SipRequest.of(method, "sip:example.com", headers),
                new Arrival(
                        Arrival.Port.OAUTH,
                        true,
                        new InetSocketAddress("192.0.2.4", 40_000),
                        Optional.empty(),
                        Optional.empty(),
                        "1"));
    }

    private static String contacts(IntFunction<String> device) {
        return IntStream.range(0, 600)
                .mapToObj(i -> "<sip:a@b" + i + ">;" + Contact.DEVICE_NAME + "=\"" + device.apply(i) + "\"")
                .collect(Collectors.joining(","));
    }

    @Test
    void keepsLittleHoweverMuchWasSent() {
        String longest = "x".repeat(8_000);
        RefusedRequest kept = refused(
                longest, "sip:" + longest + "@example.com", longest, contacts(i -> i + "x".repeat(20 + i % 20)));

        assertThat(kept.devices()).hasSize(RefusedRequest.MOST_DEVICES);
        int characters = Stream.concat(Stream.of(kept.method(), kept.to(), kept.detail()), kept.devices().stream())
                .mapToInt(String::length)
                .sum();
        assertThat(2 * characters).isLessThan(MOST_BYTES_OF_TEXT);
    }

    @Test
    void namesEachDeviceOnce() {
        RefusedRequest kept = refused("REGISTER", "sip:1001@example.com", "", contacts(i -> "CSF" + i % 2));

        assertThat(kept.devices()).containsExactly("CSF0", "CSF1");
    }

    @ParameterizedTest
    @ValueSource(ints = {'\n', 0x1b, 0x7f, 0x85, 0x2028, 0x2029, 0x200f, 0x202e, 0x2066, 0xfeff, 0xd800})
    void printsNothingThatIsNotSeenOrTurnsTheLine(int character) {
        assertThat(RefusedRequest.printable("a" + Character.toString(character) + "b"))
                .isEqualTo("a?b");
    }

    @ParameterizedTest
    @CsvSource({"sip:al\u00efce@example.com", "\u05d0\u05d1", "\ud83d\udcde"})
    void printsWhatPeopleRead(String text) {
        assertThat(RefusedRequest.printable(text)).isEqualTo(text);
    }
}

package org.sipoauth.authz.activation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.activation.DeviceList.Row;
import org.sipoauth.authz.activation.DeviceList.RowError;

class DeviceListTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SEP000000000001\nSEP000000000002",
                "device\r\nSEP000000000001\r\nSEP000000000002\r\n",
                "\ufeffDevice\n\n SEP000000000001 \nSEP000000000002\n"
            })
    void isANameALineUnderAHeaderOrNone(String csv) {
        DeviceList list = DeviceList.parseCsv(csv.getBytes(UTF_8));

        assertThat(list.rows()).extracting(Row::device).containsExactly("SEP000000000001", "SEP000000000002");
        assertThat(list.errors()).isEmpty();
    }

    @Test
    void tellsWhichRowsAreNone() {
        DeviceList list = DeviceList.parseCsv(
                "device\nSEP000000000001\nSEP000000000002,alice\n../x\nSEP000000000001\n".getBytes(UTF_8));

        assertThat(list.errors())
                .containsExactly(
                        new RowError(3, "", "not a device name"),
                        new RowError(4, "", "not a device name"),
                        new RowError(5, "SEP000000000001", "is in row 2 already"));
    }

    @Test
    void isAnArrayInJson() {
        DeviceList list =
                DeviceList.parseJson("{\"devices\":[\"SEP000000000001\",\"SEP000000000002\"]}".getBytes(UTF_8));

        assertThat(list.rows()).containsExactly(new Row(1, "SEP000000000001"), new Row(2, "SEP000000000002"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"devices\":[]}",
                "{\"devices\":\"SEP000000000001\"}",
                "{\"devices\":[1]}",
                "{\"devices\":[null]}",
                "{\"devices\":[\"SEP000000000001\"],\"more\":1}",
                "{\"devices\":[\"SEP000000000001\"]",
            })
    void isNothingElseInJson(String json) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DeviceList.parseJson(json.getBytes(UTF_8)))
                .withMessageContaining("send {\"devices\":[\"SEP00005E005301\"]} and nothing else");
    }

    @Test
    void isBounded() {
        String thousand =
                IntStream.range(0, 1_000).mapToObj("SEP%012X"::formatted).collect(Collectors.joining("\n"));

        assertThat(DeviceList.parseCsv(thousand.getBytes(UTF_8)).rows()).hasSize(1_000);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DeviceList.parseCsv((thousand + "\nSEPFFFFFFFFFFFF").getBytes(UTF_8)))
                .withMessageStartingWith("there are 1001 devices");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DeviceList.parseCsv(new byte[DeviceList.LONGEST_BODY + 1]));
    }

    @Test
    void isUtf8() {
        assertThatIllegalArgumentException().isThrownBy(() -> DeviceList.parseCsv("SÄP1".getBytes(ISO_8859_1)));
    }
}

package org.sipoauth.authz.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.groups.Tuple.tuple;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.device.DeviceCsv.Fault;
import org.sipoauth.authz.device.DeviceCsv.Faulty;
import org.sipoauth.authz.device.DeviceCsv.Row;

class DeviceCsvTest {
    private static final String HEADER = "name,owner,addresses_of_record,security_profile,enabled\r\n";
    private static final Device ALICES = new Device("CSFALICE", "alice", List.of("sip:1001@example.com"));
    private static final Device BOBS = new Device(
            "SEP00005E005302", "bob", List.of("sip:1,2@example.com", "sips:x@[2001:db8::1]"), "desks", false);

    @Test
    void readsWhatItHasWritten() throws Faulty {
        String file = DeviceCsv.header() + DeviceCsv.line(ALICES) + DeviceCsv.line(BOBS);

        assertThat(file)
                .isEqualTo(HEADER + "CSFALICE,alice,sip:1001@example.com,standard-oauth,true\r\n"
                        + "SEP00005E005302,bob,\"sip:1,2@example.com sips:x@[2001:db8::1]\",desks,false\r\n");
        assertThat(read(file)).containsExactly(new Row(2, ALICES), new Row(3, BOBS));
    }

    @Test
    void takesColumnsInAnyOrderAndTheLastTwoOrNot() throws Faulty {
        assertThat(read("owner,addresses_of_record,name\nalice,sip:1001@example.com,CSFALICE\n"))
                .containsExactly(new Row(2, ALICES));
        assertThat(read(HEADER + "CSFALICE,alice,sip:1001@example.com,,")).containsExactly(new Row(2, ALICES));
    }

    @Test
    void takesWhatSpreadsheetsMakeOfIt() throws Faulty {
        assertThat(read("\ufeff" + HEADER
                        + "\"CSFALICE\",\"alice\",\"sip:1001@example.com\",\"standard-oauth\",TRUE\r\n" + "\r\n"))
                .containsExactly(new Row(2, ALICES));
    }

    @Test
    void countsTheLinesThatAFieldHas() {
        assertThat(faults(HEADER + "\"CSF\nALICE\",alice,sip:1001@example.com,,\r\nCSFBOB,bob,x,,\r\n"))
                .extracting(Fault::line, Fault::column)
                .containsExactly(tuple(2, "name"), tuple(4, "addresses_of_record"));
    }

    @Test
    void namesEveryFaultWithItsLineAndColumnAndSaysWhatToDo() {
        assertThat(faults(HEADER
                        + "ALICE,-alice,1001,=1+1,perhaps\r\n"
                        + "CSFALICE,alice,sip:1001@example.com,,\r\n"
                        + "CSFalice,alice,sip:1001@example.com,,\r\n"
                        + "CSFBOB,bob\r\n"))
                .extracting(Fault::line, Fault::column, fault -> fault.detail().substring(0, 19))
                .containsExactly(
                        tuple(2, "name", "a device's name is "),
                        tuple(2, "owner", "a device's owner is"),
                        tuple(2, "addresses_of_record", "an address-of-recor"),
                        tuple(2, "security_profile", "a security profile'"),
                        tuple(2, "enabled", "write true or false"),
                        tuple(4, "name", "a line before has t"),
                        tuple(5, "", "the line has 2 fiel"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "name\r\n",
                "name,owner\r\n",
                "name;owner;addresses_of_record\r\n",
                "name,owner,addresses_of_record,name\r\n",
                "name,owner,addresses_of_record,password\r\n",
                "CSFALICE,alice,sip:1001@example.com\r\n"
            })
    void asksForItsHeader(String file) {
        assertThat(faults(file)).singleElement().satisfies(fault -> {
            assertThat(fault.line()).isEqualTo(1);
            assertThat(fault.detail()).contains("name,owner,addresses_of_record,security_profile,enabled");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"CSF\"A\",alice", "\"CSFA\"x,alice", "\"CSFA,alice", "\"\n\n\"CSF,alice"})
    void readsNothingBeyondABrokenQuote(String rest) {
        assertThat(faults(HEADER + rest + "\r\nCSFBOB,bob,sip:1002@example.com,,"))
                .singleElement()
                .satisfies(fault -> {
                    assertThat(fault.line()).isEqualTo(2);
                    assertThat(fault.detail()).contains("quote");
                });
    }

    @Test
    void takesNothingThatIsNotUtf8() {
        byte[] latin1 = (HEADER + "CSFALICE,älice,sip:1001@example.com,,").getBytes(StandardCharsets.ISO_8859_1);

        assertThat(catchThrowableOfType(Faulty.class, () -> DeviceCsv.read(latin1))
                        .faults())
                .extracting(Fault::detail)
                .allMatch(detail -> detail.contains("UTF-8"));
    }

    @Test
    void takesSoManyDevicesAndNoMore() throws Faulty {
        StringBuilder file = new StringBuilder(HEADER);
        for (int i = 0; i < DeviceCsv.MOST_DEVICES; i++) {
            file.append("CSF").append(i).append(",alice,sip:1001@example.com,,\n");
        }
        assertThat(read(file.toString())).hasSize(DeviceCsv.MOST_DEVICES);

        assertThat(faults(file + "CSFONEMORE,alice,sip:1001@example.com,,\n"))
                .extracting(Fault::line)
                .containsExactly(DeviceCsv.MOST_DEVICES + 2);
    }

    @Test
    void tellsTheFirst100Faults() {
        assertThat(faults(HEADER + "x\n".repeat(1_000))).hasSize(100);
    }

    private static List<Row> read(String file) throws Faulty {
        return DeviceCsv.read(file.getBytes(StandardCharsets.UTF_8));
    }

    private static List<Fault> faults(String file) {
        return catchThrowableOfType(Faulty.class, () -> read(file)).faults();
    }
}

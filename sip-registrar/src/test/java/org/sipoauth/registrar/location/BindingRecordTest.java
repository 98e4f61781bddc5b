package org.sipoauth.registrar.location;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class BindingRecordTest {
    private static final List<Binding> BINDINGS = List.of(
            LocationContract.binding(LocationContract.AOR, "<sip:a@b>;reg-id=1", LocationContract.NOW),
            LocationContract.binding(LocationContract.AOR, "<sip:c@d>", LocationContract.NOW.plusSeconds(1)));

    @Test
    void isTheSameBytesAgainWhenReadAndWritten() {
        byte[] record = BindingRecord.encode(BINDINGS);

        assertThat(record.length).isLessThan(400);
        assertThat(BindingRecord.encode(BindingRecord.decode(LocationContract.AOR, record)))
                .isEqualTo(record);
        assertThat(BindingRecord.encode(List.of())).isEmpty();
        assertThat(BindingRecord.decode(LocationContract.AOR, BindingRecord.NONE))
                .isEmpty();
    }

    @Test
    void refusesAnotherFormatByNumber() {
        byte[] record = BindingRecord.encode(BINDINGS);
        record[0] = 3;

        assertThatThrownBy(() -> BindingRecord.decode(LocationContract.AOR, record))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("format 3")
                .hasMessageContaining("one release");
    }

    @Test
    void refusesWhatIsCutOrLongerThanItSays() {
        byte[] record = BindingRecord.encode(BINDINGS);
        for (int length = 1; length <= record.length + 1; length++) {
            if (length == record.length) {
                continue;
            }
            byte[] damaged = Arrays.copyOf(record, length);
            assertThatThrownBy(() -> BindingRecord.decode(LocationContract.AOR, damaged))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("cannot be read");
        }
    }
}

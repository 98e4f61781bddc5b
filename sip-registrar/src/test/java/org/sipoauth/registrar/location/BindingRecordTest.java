package org.sipoauth.registrar.location;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BindingRecordTest {
    private static final List<Binding> BINDINGS = List.of(
            LocationContract.binding(LocationContract.AOR, "<sip:a@b>;reg-id=1", LocationContract.NOW),
            LocationContract.binding(LocationContract.AOR, "<sip:c@d>", LocationContract.NOW.plusSeconds(1)));

    @Test
    void isTheSameBytesAgainWhenReadAndWritten() throws Exception {
        byte[] record = BindingRecord.encode(BINDINGS);

        assertThat(record.length).isLessThan(400);
        assertThat(BindingRecord.encode(BindingRecord.decode(LocationContract.AOR, record)))
                .isEqualTo(record);
        assertThat(BindingRecord.encode(List.of())).isEmpty();
        assertThat(BindingRecord.decode(LocationContract.AOR, BindingRecord.NONE))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 31})
    void refusesALaterFormatByNumber(int format) {
        byte[] record = BindingRecord.encode(BINDINGS);
        record[0] = (byte) format;

        assertThatThrownBy(() -> BindingRecord.decode(LocationContract.AOR, record))
                .isInstanceOf(ForeignRecordException.class)
                .hasMessageContaining("format " + format)
                .hasMessageContaining("reads 2 at most");
    }

    /** Else every release before would take it for damage, and remove it. */
    @Test
    void isWrittenInAFormatThatOtherReleasesRespect() {
        assertThat(BindingRecord.FORMAT).isLessThan(BindingRecord.NO_FORMAT);
        assertThat(BindingRecord.encode(BINDINGS)[0]).isEqualTo((byte) BindingRecord.FORMAT);
    }

    @Test
    void readsWhatRegistrarsWroteThatKeptNoFlows() throws Exception {
        Binding binding = BINDINGS.get(0);
        Binding withoutFlow = new Binding(
                binding.addressOfRecord(),
                binding.contact(),
                binding.deviceName(),
                binding.callId(),
                binding.cseq(),
                binding.expiresAt(),
                binding.path(),
                binding.status(),
                Optional.empty());
        byte[] record = BindingRecord.encode(List.of(withoutFlow));
        byte[] earlier = Arrays.copyOf(record, record.length - 1); // which said that there is no flow
        earlier[0] = 1;

        assertThat(BindingRecord.decode(LocationContract.AOR, earlier))
                .usingRecursiveComparison()
                .isEqualTo(List.of(withoutFlow));
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
                    .isInstanceOf(DamagedRecordException.class)
                    .hasMessageContaining("begins in format 2");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, ' ', 'x', 255})
    void refusesWhatBeginsWithNoFormat(int first) {
        byte[] record = BindingRecord.encode(BINDINGS);
        record[0] = (byte) first;

        assertThatThrownBy(() -> BindingRecord.decode(LocationContract.AOR, record))
                .isInstanceOf(DamagedRecordException.class)
                .hasMessageContaining("begins with " + first);
    }
}

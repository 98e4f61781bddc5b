package org.sipoauth.benchmarks.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A small flood: as many times the phones, and the places, as the large one. */
class HostileFloodTest {
    @Test
    void leavesThePhonesKnownAndTheHeapAsItIs() throws Exception {
        HostileFlood.Result result = HostileFlood.run(200, 4_000, 1_048, 2, System.out);
        assertThat(result.hitRateUnderForged()).isGreaterThan(0.99);
        assertThat(result.hitRateUnderGenuine()).isGreaterThan(0.99);
        long noise = 2_000_000; // 4,000 tokens, if they stayed, were 8 MB
        assertThat(result.bytesAfterForged()).isLessThan(result.bytesBefore() + noise);
        assertThat(result.bytesAfterMoreGenuine()).isLessThan(result.bytesAfterGenuine() + noise);
        assertThat(result.bytesAnHourLater()).isLessThan(result.bytesBefore() + noise);
    }
}
